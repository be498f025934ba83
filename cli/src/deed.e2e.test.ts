import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Abi, createWalletClient, type Hex, http, publicActions } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deedHere, type Ran, startDeed, temporaryFolder } from "./deed.testing.ts";

// One story on one embedded network, from a new key to an audited run.

const folder = temporaryFolder();
const cwd = folder.path;
const key = ["--keystore", "me.json", "--passphrase-file", "pw"];
const WITHOUT_NETWORK: ReadonlySet<string> = new Set(["keystore", "verify"]);
let network: ReturnType<typeof startDeed>;
let echoUrl: string;

beforeAll(async () => {
  network = startDeed(["dev", "--json"], cwd);
  const stderr: string[] = [];
  network.stderr?.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
  for await (const line of createInterface({ input: network.stdout! })) {
    const said = JSON.parse(line) as { event: string; echoUrl?: string };
    if (said.event !== "ready") continue;
    echoUrl = said.echoUrl ?? "";
    break;
  }
  if (echoUrl === undefined) throw new Error(`no network: ${stderr.join("")}`);
  network.stdout?.resume();
  writeFileSync(join(cwd, "pw"), "secret");
});

afterAll(async () => {
  const ended = new Promise((resolve) => network.once("close", resolve));
  network.kill("SIGTERM");
  await ended;
  folder.remove();
});

test("a new key, a workflow, a fire, an export, an audit", async () => {
  const workflow = `deed: v1
name: story
summary: Sends the input
on: { manual: {} }
expires: 2100-01-01T00:00:00Z
limits: { executions: 10, duration: 10s }
steps:
  - id: send
    http: { method: PUT, url: "${echoUrl}/in", body: { input: "\${input}" } }
`;
  writeFileSync(join(cwd, "flow.yaml"), workflow);
  await ok(["keystore", "new", "me.json", "--cheap", "--passphrase-file", "pw"]);
  const { intentHash } = await ok(["sign", "flow.yaml", ...key]);
  expect(await ok(["submit", "flow.signed.json"])).toMatchObject({ intentHash, state: "accepted" });
  const fired = await ok(["fire", intentHash, "--input", '{"amount":5}', "--wait", ...key]);
  expect(fired).toMatchObject({ state: "final", status: "ok" });
  const { executionId } = fired;

  const shown = await ok(["show", executionId]);
  expect(shown).toMatchObject({ state: "final", proof: { isProven: true } });
  expect(await ok(["runs", intentHash])).toMatchObject({ executions: [{ executionId }] });

  const log = await here(["logs", executionId]);
  expect(log.stdout).toMatch(/ HTTP +send +ok +recorded\n/);
  expect((await here(["why", executionId])).stdout).toContain(
    "3 of 3 verdicts found the record right",
  );
  expect((await here(["why", intentHash])).stdout).toContain("LAST_RUN");
  expect(await ok(["doctor"])).toMatchObject({ result: "ok" });

  const exported = await ok(["export", executionId, "-o", "run.json"]);
  const { hash } = exported.anchor;
  const anchored = ["--block-hash", hash, "--deployment", ".deed/network.json"];
  const verified = await ok(["verify", "run.json", ...anchored]);
  expect(verified).toMatchObject({ result: "ok" });
  expect((await here(["verify", "run.json"])).exitCode).toBe(5);

  const run = readFileSync(join(cwd, "run.json"), "utf8");
  writeFileSync(join(cwd, "lie.json"), run.replaceAll('{\\"amount\\":5}', '{\\"amount\\":6}'));
  const lie = await here(["verify", "lie.json", ...anchored, "--json"]);
  expect(lie.exitCode).toBe(4);
  expect(failures(lie.stdout)).toContain("bundle-hash");

  const { executions, ...rest } = JSON.parse(run) as { executions: readonly object[] };
  const bare = executions.map((execution) => ({ ...execution, bundle: undefined }));
  writeFileSync(join(cwd, "bare.json"), JSON.stringify({ ...rest, executions: bare }));
  const open = await here(["verify", "bare.json", ...anchored]);
  expect(open.exitCode).toBe(5);
  expect(open.stdout).toContain("executions[0].bundle");

  await ok(["revoke", intentHash, ...key]);
  const refused = await here(["fire", intentHash, ...key]);
  expect(refused.exitCode).toBe(6);
  expect(refused.stderr).toContain("FIRE_INTENT_NOT_LIVE");
});

test("an interval's on-chain call is proven by the gateway's event", async () => {
  const { intents } = (await ok(["list"])) as unknown as {
    intents: readonly { name: string; intentHash: string }[];
  };
  const heartbeat = intents.find(({ name }) => name === "heartbeat")?.intentHash ?? "";
  let executionId: string | undefined;
  while (executionId === undefined) {
    const { executions } = (await ok(["runs", heartbeat])) as unknown as {
      executions: readonly { executionId: string; state: string }[];
    };
    executionId = executions.find(({ state }) => state === "final")?.executionId;
  }
  const exported = await ok(["export", executionId, "-o", "beat.json"]);
  const { hash } = exported.anchor;
  const verified = await ok(["verify", "beat.json", "--block-hash", hash]);
  const { checks } = verified;
  expect(checks.find(({ name }) => name === "actions")?.result).toBe("ok");
});

test("a contract wallet owns a workflow; owner and revoker take back; a nonce is invalidated", async () => {
  const immediate = (name: string) => `deed: v1
name: ${name}
on: { immediate: {} }
expires: 2100-01-01T00:00:00Z
limits: { executions: 1, duration: 10s }
steps:
  - id: send
    http: { method: PUT, url: "${echoUrl}/in", body: { from: "${name}" } }
`;
  writeFileSync(join(cwd, "wallet.yaml"), immediate("of-a-wallet"));
  const keyOfWallet = privateKeyToAccount(generatePrivateKey());
  const wallet = await deployWallet(keyOfWallet.address);
  const { address: revoker } = await ok([
    ...["keystore", "new", "revoker.json", "--cheap", "--passphrase-file", "pw"],
  ]);
  const revokerKey = ["--keystore", "revoker.json", "--passphrase-file", "pw"];

  // The wallet's key signs what is printed; the ledger asks the wallet.
  const by = ["--owner", wallet, "--nonce", "5"];
  const typed = await ok(["sign", "wallet.yaml", ...by, "--typed-data"]);
  const signature = await keyOfWallet.signTypedData(typed as never);
  const { intentHash } = await ok(["sign", "wallet.yaml", ...by, "--signature", signature]);
  expect(await ok(["submit", "wallet.signed.json"])).toMatchObject({ state: "accepted" });
  const executionId = await finalOf(intentHash);
  const exported = await ok(["export", executionId, "-o", "wallet.json"]);
  const anchored = ["--block-hash", exported.anchor.hash, "--deployment", ".deed/network.json"];
  const verified = await here(["verify", "wallet.json", ...anchored]);
  expect(verified.exitCode).toBe(0);
  expect(verified.stdout).toContain(`the wallet contract ${wallet} signed intent ${intentHash}`);
  const revocation = await ok(["revoke", intentHash, "--typed-data"]);
  const revoked = await keyOfWallet.signTypedData(revocation as never);
  await ok(["revoke", intentHash, "--signer", wallet, "--signature", revoked]);
  expect(await ok(["why", intentHash])).toMatchObject({ reasons: [{ code: "REVOKED" }] });

  // Somebody else's signature is not the wallet's, and the ledger says so.
  const stranger = privateKeyToAccount(generatePrivateKey());
  const other = ["--owner", wallet, "--nonce", "6"];
  const request = await ok(["sign", "wallet.yaml", ...other, "--typed-data"]);
  const foreign = await stranger.signTypedData(request as never);
  await ok(["sign", "wallet.yaml", ...other, "--signature", foreign, "--force"]);
  const refused = await here(["submit", "wallet.signed.json"]);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain("BadSignature");

  // The revoker, before the registration and after it.
  writeFileSync(
    join(cwd, "later.yaml"),
    immediate("later").replace("{ immediate: {} }", "{ manual: {} }"),
  );
  const named = ["sign", "later.yaml", ...key, "--force", "--revoker", revoker];
  const early = await ok(named);
  await ok(["revoke", early.intentHash, ...revokerKey]);
  expect((await here(["submit", "later.signed.json"])).stderr).toContain("INTENT_REVOKED");
  const late = await ok(named);
  expect(await ok(["submit", "later.signed.json"])).toMatchObject({ state: "accepted" });
  await ok(["revoke", late.intentHash, ...revokerKey]);
  expect((await here(["fire", late.intentHash, ...key])).stderr).toContain("FIRE_INTENT_NOT_LIVE");

  // A nonce, by a signature that anybody may relay, and by an own transaction.
  await ok([...named, "--nonce", "77"]);
  expect(await ok(["invalidate", "77", ...key])).toMatchObject({ nonce: "77" });
  expect((await here(["submit", "later.signed.json"])).stderr).toContain("NONCE_SPENT");
  expect(await ok(["invalidate", "77", ...key])).toMatchObject({ txHash: null });
  await ok([...named, "--nonce", "78"]);
  await ok(["invalidate", "78", "--direct", ...key]);
  expect((await here(["submit", "later.signed.json"])).stderr).toContain("NONCE_SPENT");
});

const WALLET = new URL("../../contracts/out/SampleWallet.sol/SampleWallet.json", import.meta.url);

/** A wallet contract of one key; nobody's account needs funds here. */
async function deployWallet(first: string): Promise<string> {
  const { rpcPort } = JSON.parse(readFileSync(join(cwd, ".deed/network.json"), "utf8")) as {
    rpcPort: number;
  };
  const client = createWalletClient({
    account: privateKeyToAccount(generatePrivateKey()),
    transport: http(`http://127.0.0.1:${rpcPort}`),
  }).extend(publicActions);
  const { abi, bytecode } = JSON.parse(readFileSync(WALLET, "utf8")) as {
    readonly abi: Abi;
    readonly bytecode: { readonly object: Hex };
  };
  const hash = await client.deployContract({
    abi,
    bytecode: bytecode.object,
    args: [first],
    chain: null,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
  });
  const { contractAddress } = await client.waitForTransactionReceipt({ hash });
  return contractAddress!.toLowerCase();
}

/** The one execution of a workflow, once it is final. */
async function finalOf(intentHash: string): Promise<string> {
  for (;;) {
    const { executions } = (await ok(["runs", intentHash])) as unknown as {
      executions: readonly { executionId: string; state: string }[];
    };
    const found = executions.find(({ state }) => state === "final");
    if (found !== undefined) return found.executionId;
  }
}

/** Fields that the tests read as text; the rest they compare whole. */
interface Answer {
  readonly address: string;
  readonly intentHash: string;
  readonly executionId: string;
  readonly anchor: { readonly hash: string };
  readonly checks: readonly { readonly name: string; readonly result: string }[];
}

async function ok(args: readonly string[]): Promise<Answer> {
  const { exitCode, stdout, stderr } = await here([...args, "--json"]);
  if (exitCode !== 0) throw new Error(`deed ${args[0]} ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout);
}

/** In this process, which the network beside it leaves little of the machine. */
function here(args: readonly string[]): Promise<Ran> {
  const absolute = args.map((text) => (FILE.test(text) ? join(cwd, text) : text));
  const place = WITHOUT_NETWORK.has(args[0] ?? "") ? [] : ["--dir", join(cwd, ".deed")];
  return deedHere([...absolute, ...place]);
}
const FILE = /^[a-z./-]+\.(yaml|json)$|^pw$/;

function failures(report: string): readonly string[] {
  const { checks } = JSON.parse(report) as { checks: readonly { name: string; result: string }[] };
  return checks.filter(({ result }) => result === "failed").map(({ name }) => name);
}
