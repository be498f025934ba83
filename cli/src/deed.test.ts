import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { domainSeparator, type Hex, intentDigest, nobleRecovery } from "@deed/protocol/encoding";
import { intentFromJson } from "@deed/sdk";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CLI_ERROR_EXIT } from "./cli-error.ts";
import { deed, deedHere, temporaryFolder } from "./deed.testing.ts";

// Processes start slowly on a busy machine.
const SLOW = 60_000;
const address = (digit: string): string => `0x${digit.repeat(40)}`;
const deployment = {
  chainId: 31337,
  fromBlock: 0,
  registry: address("1"),
  intents: address("2"),
  beacon: address("3"),
  executions: address("4"),
  disputes: address("5"),
  gateway: address("6"),
  vault: address("7"),
  timelock: address("8"),
  governance: address("9"),
  directory: address("a"),
};
const domain = { chainId: 31337, verifyingContract: deployment.intents as Hex };
const GOOD = `deed: v1
name: sample
summary: Sends the input on
on: { manual: {} }
expires: 2100-01-01T00:00:00Z
limits: { executions: 10, duration: 10s }
steps:
  - id: send
    http: { method: PUT, url: "https://example.com/in", body: { input: "\${input}" } }
`;

let folder: ReturnType<typeof temporaryFolder>;
let cwd: string;
/** What the node double is asked, and answers. */
const node = {
  asked: [] as string[],
  status: 200,
  answer: {} as object,
  server: null as Server | null,
};
let nodeUrl: string;

beforeAll(async () => {
  folder = temporaryFolder();
  cwd = folder.path;
  writeFileSync(join(cwd, "deployment.json"), JSON.stringify(deployment));
  writeFileSync(join(cwd, "good.yaml"), GOOD);
  writeFileSync(join(cwd, "pw"), "secret\n");
  writeFileSync(join(cwd, "guess"), "guess\n");
  const server = createServer((request, response) => {
    if (request.url === "/v1/info") return void response.end(JSON.stringify(info));
    let body = "";
    request.on("data", (part) => {
      body += String(part);
    });
    request.on("end", () => {
      node.asked.push(`${request.method} ${request.url} ${body}`);
      response.statusCode = node.status;
      response.end(JSON.stringify(node.answer));
    });
  });
  node.server = server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  nodeUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  node.server?.closeAllConnections();
  await new Promise((resolve) => node.server?.close(resolve));
  folder.remove();
});

/** In this process: a process of its own for each command line would take minutes. */
const here = (args: readonly string[]) =>
  deedHere(args.map((text) => (FILE.test(text) ? join(cwd, text) : text)));
const FILE = /^[a-z.-]+\.(yaml|json)$|^(pw|guess)$/;

const info = {
  chainId: 31337,
  deployment,
  nodeNo: 1,
  operatorNo: 1,
  operatorName: "one",
  roles: ["executor"],
  keyTier: "softwareFile",
  areKeysSoftware: true,
  versions: {},
  otherChains: [],
  head: 1,
  rpcUrl: null,
  notes: [],
};

test("init writes a workflow that checks, for each trigger", { timeout: SLOW }, async () => {
  await Promise.all(
    ["event", "interval", "manual"].map(async (trigger) => {
      const file = `${trigger}.yaml`;
      expect((await here(["init", file, "--trigger", trigger])).exitCode).toBe(0);
      const checked = await here(["check", file, "--json"]);
      expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, canRegister: true });
      expect(readFileSync(join(cwd, file), "utf8")).toContain("$schema=./deed-v1.schema.json");
    }),
  );
  const again = await here(["init", "manual.yaml"]);
  expect(again).toMatchObject({ exitCode: 2, stdout: "" });
  expect(again.stderr).toContain("CLI_FILE_EXISTS");
});

test("check shows levels, what is public, and a caret under a mistake", {
  timeout: SLOW,
}, async () => {
  const good = await here(["check", "good.yaml"]);
  expect(good).toMatchObject({ exitCode: 0, stderr: "" });
  expect(good.stdout).toContain("send  proven      recorded");
  expect(good.stdout).toContain("every request to https://example.com");
  writeFileSync(join(cwd, "bad.yaml"), GOOD.replace("executions: 10", "executoins: 10"));
  const bad = await deed(["check", "bad.yaml"], cwd);
  expect(bad.exitCode).toBe(3);
  expect(bad.stderr).toContain("bad.yaml:6:11: error DEED_UNKNOWN_KEY");
  expect(bad.stderr).toContain("^^^^^^^^^^");
  const json = await here(["check", "bad.yaml", "--json"]);
  expect(json).toMatchObject({ exitCode: 3, stderr: "" });
  expect(JSON.parse(json.stdout)).toMatchObject({
    ok: false,
    diagnostics: [{ code: "DEED_MISSING_KEY" }, { code: "DEED_UNKNOWN_KEY", line: 6, column: 11 }],
  });
});

test("convert writes a Kwala workflow in the native dialect, which checks", {
  timeout: SLOW,
}, async () => {
  const kwala = join(import.meta.dirname, "../../docs/examples/kwala/event.yaml");
  const checked = await here(["check", kwala]);
  expect(checked.stdout).toContain("dialect");
  const written = await here(["convert", kwala, "-o", "converted.yaml"]);
  expect(written).toMatchObject({ exitCode: 0, stderr: "" });
  expect(readFileSync(join(cwd, "converted.yaml"), "utf8")).toMatch(
    /^deed: v1\nname: transfer-alert\n/,
  );
  const again = await here(["check", "converted.yaml", "--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ ok: true, plan: { dialect: "deed.v1" } });
  expect(await here(["convert", kwala, "-o", "converted.yaml"])).toMatchObject({ exitCode: 2 });
  writeFileSync(join(cwd, "kwala.yaml"), readFileSync(kwala, "utf8").replace("31337", "NA"));
  const bad = await here(["convert", "kwala.yaml"]);
  expect(bad).toMatchObject({ exitCode: 3 });
  expect(bad.stderr).toContain("kwala.yaml:5:19: error DEED_KWALA_NA");
});

test("a keystore signs; its file is private and its passphrase guards it", {
  timeout: SLOW,
}, async () => {
  const make = ["keystore", "new", "me.json", "--cheap", "--passphrase-file", "pw", "--json"];
  const made = await here(make);
  expect(made.exitCode).toBe(0);
  expect(made.stderr).toContain("Cheap");
  const owner = (JSON.parse(made.stdout) as { address: Hex }).address;
  expect(statSync(join(cwd, "me.json")).mode & 0o777).toBe(0o600);
  const place = ["--deployment", "deployment.json"];
  // Descriptor 0 is standard input.
  const key = ["--keystore", "me.json", "--passphrase-fd", "0"];
  const signed = await deed(["sign", "good.yaml", ...place, ...key], cwd, "secret\n");
  expect(signed.exitCode).toBe(0);
  expect(signed.stderr).toContain("public for ever");
  const file = JSON.parse(readFileSync(join(cwd, "good.signed.json"), "utf8"));
  const digest = intentDigest(intentFromJson(file.intent), domainSeparator(domain));
  expect(file).toMatchObject({ signed: "deed.signed.1", intentHash: digest, yaml: GOOD });
  expect(nobleRecovery.recover(digest, file.signature)).toBe(owner);
  const guess = ["--keystore", "me.json", "--passphrase-file", "guess"];
  const wrong = await here(["sign", "good.yaml", "--force", ...place, ...guess]);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain("CLI_PASSPHRASE_WRONG");
  const silent = await here(["sign", "good.yaml", ...place, "--keystore", "me.json"]);
  expect(silent.stderr).toContain("CLI_PASSPHRASE_MISSING");
});

test("another wallet signs what --typed-data prints", { timeout: SLOW }, async () => {
  const wallet = privateKeyToAccount(`0x${"33".repeat(32)}`);
  const place = ["--deployment", "deployment.json", "--owner", wallet.address, "--nonce", "5"];
  const printed = await here(["sign", "good.yaml", "--typed-data", ...place]);
  expect(printed.exitCode).toBe(0);
  const signature = await wallet.signTypedData(JSON.parse(printed.stdout));
  const take = ["sign", "good.yaml", "--out", "outside.json", ...place, "--signature"];
  expect((await here([...take, signature])).exitCode).toBe(0);
  const file = JSON.parse(readFileSync(join(cwd, "outside.json"), "utf8"));
  expect(file).toMatchObject({
    signature,
    intent: { nonce: "5", owner: wallet.address.toLowerCase() },
  });
  const other = await privateKeyToAccount(`0x${"44".repeat(32)}`).signTypedData(
    JSON.parse(printed.stdout),
  );
  const refused = await here([...take, other, "--json"]);
  expect(refused.exitCode).toBe(4);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "CLI_BAD_SIGNATURE" } });
});

test("dispute says that a file shows nothing to prove, and refuses what is none or another network's", {
  timeout: SLOW,
}, async () => {
  const { registry, intents, beacon, executions, disputes, gateway } = deployment;
  const contracts = { registry, intents, beacon, executions, disputes, gateway };
  const lists = { headers: [], receipts: [], batches: [], executions: [] };
  const run = { run: "deed.run.1", chainId: 31337, contracts, plans: {}, ...lists };
  writeFileSync(join(cwd, "run.json"), JSON.stringify(run));
  writeFileSync(join(cwd, "other.json"), JSON.stringify({ ...run, chainId: 1 }));
  writeFileSync(join(cwd, "none.json"), "{}");
  const place = ["--deployment", "deployment.json", "--dry-run", "--json"];
  const codeOf = async (...args: string[]): Promise<unknown> => {
    const { exitCode, stdout } = await here(["dispute", ...args, ...place]);
    return [exitCode, (JSON.parse(stdout) as { error: { code: string } }).error.code];
  };
  expect(await codeOf("run.json")).toEqual([5, "CLI_NOTHING_PROVABLE"]);
  expect(await codeOf("other.json")).toEqual([2, "CLI_OTHER_NETWORK"]);
  expect(await codeOf("none.json")).toEqual([3, "CLI_FILE_MALFORMED"]);
  expect(await codeOf("run.json", "--fault", "WrongStep")).toEqual([2, "CLI_USAGE"]);
});

test("submit sends what was signed, and tells a node's refusal", { timeout: SLOW }, async () => {
  const wallet = privateKeyToAccount(`0x${"33".repeat(32)}`);
  const base = ["--node", nodeUrl, "--owner", wallet.address, "--nonce", "6"];
  const printed = await here(["sign", "good.yaml", "--typed-data", ...base]);
  const signature = await wallet.signTypedData(JSON.parse(printed.stdout));
  await here(["sign", "good.yaml", "--out", "s.json", "--signature", signature, ...base]);
  const { intentHash } = JSON.parse(readFileSync(join(cwd, "s.json"), "utf8"));
  node.answer = { intentHash, intentNo: 3, txHash: null, state: "accepted", refusal: null };
  const sent = await here(["submit", "s.json", "--node", nodeUrl]);
  expect(sent).toMatchObject({ exitCode: 0, stdout: `intent 3  ${intentHash}\n` });
  expect(node.asked.at(-1)).toContain("POST /v1/intents {");
  node.status = 409;
  node.answer = {
    error: { code: "INTENT_REVOKED", message: "it was revoked", remedy: "Sign again." },
  };
  const refused = await here(["submit", "s.json", "--node", nodeUrl, "--json"]);
  expect(refused.exitCode).toBe(6);
  expect(JSON.parse(refused.stdout)).toEqual(node.answer);
  node.status = 200;
});

test("an argument known only at the run is refused before anything is sent", {
  timeout: SLOW,
}, async () => {
  const yaml = GOOD.replace(
    /steps:[\s\S]*/,
    `steps:
  - id: pay
    call:
      to: "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9"
      function: "count(uint256)"
      args: ["\${input.amount}"]
`,
  );
  writeFileSync(join(cwd, "pay.yaml"), yaml);
  const wallet = privateKeyToAccount(`0x${"33".repeat(32)}`);
  const base = ["--node", nodeUrl, "--owner", wallet.address, "--nonce", "7"];
  const printed = await here(["sign", "pay.yaml", "--typed-data", ...base]);
  const signature = await wallet.signTypedData(JSON.parse(printed.stdout));
  await here(["sign", "pay.yaml", "--signature", signature, ...base]);
  const asked = node.asked.length;
  const refused = await here(["submit", "pay.signed.json", "--node", nodeUrl]);
  expect(refused).toMatchObject({ exitCode: 6, stdout: "" });
  expect(refused.stderr).toContain("CLI_UNREGISTRABLE");
  expect(refused.stderr).toContain("DEED_DYNAMIC_ARGUMENT");
  expect(node.asked).toHaveLength(asked);
});

test("usage errors end with 2 and say what to do", { timeout: SLOW }, async () => {
  const commands = [
    ["frobnicate"],
    ["check"],
    ["check", "missing.yaml"],
    ["show", "0x1234", "--node", nodeUrl],
    ["list", "--limit", "many", "--node", nodeUrl],
    ["sign", "good.yaml", "--deployment", "deployment.json"],
    ["list", "--dir", cwd],
  ];
  expect(await deed(["frobnicate"], cwd)).toMatchObject({ exitCode: 2, stdout: "" });
  for (const { exitCode, stdout, stderr } of await Promise.all(
    commands.map((args) => here(args)),
  )) {
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).not.toBe("");
  }
});

test("every command shows an example and ends well when asked for help", {
  timeout: SLOW,
}, async () => {
  const help = await here(["--help"]);
  expect(help.exitCode).toBe(0);
  const names = [...help.stdout.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]!);
  const single = names.filter((name) => !["help", "keystore"].includes(name));
  expect(single).toContain("verify");
  const texts = await Promise.all(single.map((name) => here([name, "--help"])));
  for (const { exitCode, stdout } of texts) {
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Example:\n  deed ");
  }
});

test("what is no exported run fails; a file that is no JSON is not one", {
  timeout: SLOW,
}, async () => {
  writeFileSync(join(cwd, "no-run.json"), "{}");
  const failed = await here(["verify", "no-run.json", "--json"]);
  expect(failed.exitCode).toBe(4);
  expect(JSON.parse(failed.stdout)).toMatchObject({
    result: "failed",
    checks: [{ name: "format", result: "failed" }],
    trusted: [],
  });
  expect((await here(["verify", "pw"])).exitCode).toBe(3);
});

test("an exported run that lacks pieces could not be verified, and says which", {
  timeout: SLOW,
}, async () => {
  const { registry, intents, beacon, executions, disputes, gateway } = deployment;
  const contracts = { registry, intents, beacon, executions, disputes, gateway };
  const run = {
    run: "deed.run.1",
    chainId: 31337,
    contracts,
    plans: { [`0x${"00".repeat(32)}`]: null },
  };
  writeFileSync(join(cwd, "bare.json"), JSON.stringify(run));
  writeFileSync(join(cwd, "wrong.json"), JSON.stringify({ ...run, headers: "none" }));
  const bare = await here(["verify", "bare.json", "--json"]);
  expect(bare.exitCode).toBe(5);
  const { result, checks } = JSON.parse(bare.stdout) as {
    readonly result: string;
    readonly checks: readonly { readonly name: string; readonly detail: string }[];
  };
  expect(result).toBe("unknown");
  expect(checks[0]).toMatchObject({ name: "format", result: "unknown" });
  for (const piece of ["headers", "receipts", "batches", "executions"]) {
    expect(checks[0]?.detail).toContain(piece);
  }
  expect((await here(["verify", "wrong.json", "--json"])).exitCode).toBe(4);
});

test("an execution that the file was to hold is named when it is not there", async () => {
  const contracts = ["intents", "executions", "registry", "beacon", "disputes", "gateway"];
  const run = {
    run: "deed.run.1",
    chainId: 1,
    contracts: Object.fromEntries(contracts.map((name) => [name, address("1")])),
    ...{ headers: [], receipts: [], plans: {}, batches: [], executions: [] },
  };
  writeFileSync(join(cwd, "empty-run.json"), JSON.stringify(run));
  const id = `0x${"a".repeat(64)}`;
  const checked = await here(["verify", "empty-run.json", "--execution", id, "--json"]);
  expect(checked.exitCode).toBe(5);
  expect(JSON.parse(checked.stdout).checks[0]).toMatchObject({
    name: "format",
    detail: `the file lacks execution ${id}`,
  });
});

test("every code of the command line is explained", () => {
  const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
  const codes = [...Object.keys(CLI_ERROR_EXIT), "CLI_INTERNAL"];
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
