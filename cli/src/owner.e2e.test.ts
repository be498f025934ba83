import { readFileSync } from "node:fs";
import { type Abi, createWalletClient, type Hex, http, publicActions } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DeedNetwork, startDeedNetwork } from "./deed-network.testing.ts";

// What an owner can take back, and how, on a live network.

const key = ["--keystore", "me.json", "--passphrase-file", "pw"];
const newKeystore = (file: string) => [
  ...["keystore", "new", file, "--cheap", "--passphrase-file", "pw"],
];
const NEVER = "2100-01-01T00:00:00Z";
let net: DeedNetwork;

beforeAll(async () => {
  net = await startDeedNetwork();
  await net.ok(newKeystore("me.json"));
});
afterAll(() => net?.close());

interface Parts {
  readonly on: string;
  readonly expires?: string;
}

/** Writes `<name>.yaml`: one request that says whose it is. */
function write(name: string, { on, expires = NEVER }: Parts): void {
  net.write(
    `${name}.yaml`,
    `deed: v1
name: ${name}
on: { ${on} }
expires: ${expires}
limits: { executions: 1000, duration: 10s }
steps:
  - id: send
    http: { method: PUT, url: "${net.echoUrl}/in", body: { from: "${name}" } }
`,
  );
}

test("a contract wallet registers, and revokes; another's signature is not the wallet's", async () => {
  write("wallet", { on: "immediate: {}" });
  const keyOfWallet = privateKeyToAccount(generatePrivateKey());
  const wallet = await deployWallet(keyOfWallet.address);
  // The wallet's key signs what is printed; the ledger asks the wallet.
  const by = ["--owner", wallet, "--nonce", "5"];
  const typed = await net.ok(["sign", "wallet.yaml", ...by, "--typed-data"]);
  const signature = await keyOfWallet.signTypedData(typed as never);
  const { intentHash } = await net.ok(["sign", "wallet.yaml", ...by, "--signature", signature]);
  const submitted = await net.ok(["submit", "wallet.signed.json"]);
  expect(submitted).toMatchObject({ state: "accepted" });
  const exported = await net.ok(["export", await finalOf(intentHash), "-o", "wallet.json"]);
  const anchored = ["--block-hash", exported.anchor.hash, "--deployment", ".deed/network.json"];
  const verified = await net.here(["verify", "wallet.json", ...anchored]);
  expect(verified.stdout).toContain(`the wallet contract ${wallet} signed intent ${intentHash}`);
  expect(verified.exitCode).toBe(0);
  const revocation = await net.ok(["revoke", intentHash, "--typed-data"]);
  const revoked = await keyOfWallet.signTypedData(revocation as never);
  await net.ok(["revoke", intentHash, "--signer", wallet, "--signature", revoked]);
  expect(await net.ok(["why", intentHash])).toMatchObject({ reasons: [{ code: "REVOKED" }] });

  const stranger = privateKeyToAccount(generatePrivateKey());
  const other = ["--owner", wallet, "--nonce", "6"];
  const request = await net.ok(["sign", "wallet.yaml", ...other, "--typed-data"]);
  const foreign = await stranger.signTypedData(request as never);
  await net.ok(["sign", "wallet.yaml", ...other, "--signature", foreign, "--force"]);
  const refused = await net.here(["submit", "wallet.signed.json"]);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain("BadSignature");
});

test("whom the owner names may revoke, before the registration and after it; nobody else", async () => {
  write("later", { on: "manual: {}" });
  const { address: revoker } = await net.ok(newKeystore("revoker.json"));
  await net.ok(newKeystore("stranger.json"));
  const keyOf = (file: string) => ["--keystore", file, "--passphrase-file", "pw"];
  const named = ["sign", "later.yaml", ...key, "--force", "--revoker", revoker];
  const early = await net.ok(named);
  await net.ok(["revoke", early.intentHash, ...keyOf("revoker.json")]);
  const refused = await net.here(["submit", "later.signed.json"]);
  expect(refused.stderr).toContain("INTENT_REVOKED");
  const late = await net.ok(named);
  expect(await net.ok(["submit", "later.signed.json"])).toMatchObject({ state: "accepted" });
  const byStranger = await net.here(["revoke", late.intentHash, ...keyOf("stranger.json")]);
  expect(byStranger.exitCode).not.toBe(0);
  const fired = ["fire", late.intentHash, "--wait", ...key];
  expect(await net.ok(fired)).toMatchObject({ state: "final", status: "ok" });
  await net.ok(["revoke", late.intentHash, ...keyOf("revoker.json")]);
  const again = await net.here(["fire", late.intentHash, ...key]);
  expect(again.stderr).toContain("FIRE_INTENT_NOT_LIVE");
});

test("an invalidated nonce registers nothing, by a signature that anybody relays or by an own transaction", async () => {
  write("nonce", { on: "manual: {}" });
  const sign = ["sign", "nonce.yaml", ...key, "--force"];
  await net.ok([...sign, "--nonce", "77"]);
  expect(await net.ok(["invalidate", "77", ...key])).toMatchObject({ nonce: "77" });
  expect((await net.here(["submit", "nonce.signed.json"])).stderr).toContain("NONCE_SPENT");
  expect(await net.ok(["invalidate", "77", ...key])).toMatchObject({ txHash: null });
  await net.ok([...sign, "--nonce", "78"]);
  await net.ok(["invalidate", "78", "--direct", ...key]);
  expect((await net.here(["submit", "nonce.signed.json"])).stderr).toContain("NONCE_SPENT");
  await net.ok([...sign, "--nonce", "79"]);
  expect(await net.ok(["submit", "nonce.signed.json"])).toMatchObject({ state: "accepted" });
});

const LIFE_SEC = 20;

test("a workflow that has expired fires no more, and is registered no more", async () => {
  const endSec = Math.ceil(Date.now() / 1000) + LIFE_SEC;
  const expires = `${new Date(endSec * 1000).toISOString().slice(0, 19)}Z`;
  write("brief", { on: "schedule: { every: 2s }", expires });
  const { intentHash } = await net.ok(["sign", "brief.yaml", ...key]);
  expect(await net.ok(["submit", "brief.signed.json"])).toMatchObject({ state: "accepted" });
  await finalOf(intentHash);
  expect(await reasonsOf(intentHash)).not.toContain("EXPIRED");
  write("late", { on: "manual: {}", expires });
  await net.ok(["sign", "late.yaml", ...key]);

  while (!(await reasonsOf(intentHash)).includes("EXPIRED"));
  const late = await net.here(["submit", "late.signed.json"]);
  expect(late.stderr).toContain("DEED_EXPIRED");
  expect(late.stderr).toContain("4:10");
  // Two more ticks would have come until then: a workflow of the same period has them.
  write("after", { on: "schedule: { every: 2s }" });
  const after = await net.ok(["sign", "after.yaml", ...key]);
  await net.ok(["submit", "after.signed.json"]);
  await finalOf(after.intentHash, 2);
  const { executions } = await net.ok(["runs", intentHash]);
  expect(executions.length).toBeGreaterThan(0);
  for (const { t0Sec, state } of executions) {
    expect(t0Sec).toBeLessThanOrEqual(endSec);
    expect(["final", "due", "refused", "missed", "failed"]).toContain(state);
  }
  await net.ok(["revoke", after.intentHash, ...key]);
});

/** Codes of why a workflow does not run at this moment. */
async function reasonsOf(intentHash: string): Promise<readonly string[]> {
  const { reasons } = (await net.ok(["why", intentHash])) as unknown as {
    reasons: readonly { code: string }[];
  };
  return reasons.map(({ code }) => code);
}

/** Executions of a workflow, once so many are final. @returns the first. */
async function finalOf(intentHash: string, count = 1): Promise<string> {
  for (;;) {
    const { executions } = await net.ok(["runs", intentHash]);
    const found = executions.filter(({ state }) => state === "final");
    if (found[0] !== undefined && found.length >= count) return found[0].executionId;
  }
}

const WALLET = new URL("../../contracts/out/SampleWallet.sol/SampleWallet.json", import.meta.url);

/** A wallet contract of one key; nobody's account needs funds here. */
async function deployWallet(first: string): Promise<string> {
  const client = createWalletClient({
    account: privateKeyToAccount(generatePrivateKey()),
    transport: http(net.rpcUrl),
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
