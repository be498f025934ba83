import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CLI_ERROR_EXIT, type CliErrorCode } from "./cli-error.ts";
import { deedHere, temporaryFolder } from "./deed.testing.ts";
import { programOf } from "./package-main.ts";

const place = (digit: number) => `0x${String(digit).repeat(40)}`;
const hash = (digit: number) => `0x${String(digit).repeat(64)}`;
const deployment = {
  chainId: 31337,
  fromBlock: 0,
  registry: place(1),
  intents: place(2),
  beacon: place(3),
  executions: place(4),
  disputes: place(5),
  gateway: place(6),
  vault: place(7),
  timelock: place(8),
  governance: place(9),
  directory: place(0),
};
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
let server: Server;
let url: string;
const file = (name: string) => join(folder.path, name);

beforeAll(async () => {
  folder = temporaryFolder();
  mkdirSync(file("broken"));
  for (const [name, text] of Object.entries({
    "good.yaml": GOOD,
    "bad.yaml": "deed: v1\n",
    "deployment.json": JSON.stringify(deployment),
    "other.json": JSON.stringify({ ...deployment, intents: place(9) }),
    "part.json": JSON.stringify({ ...deployment, vault: null }),
    "broken/network.json": "[]",
    pw: "secret\n",
  })) {
    writeFileSync(file(name), text);
  }
  server = createServer(async (request, response) => {
    const [status, answer] = await answerOf(request);
    response.statusCode = status;
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await told(["keystore", "new", file("me.json"), "--cheap", ...withPassphrase()]);
  await told(["sign", file("good.yaml"), ...onPaper(), ...withKey()]);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  folder.remove();
});

const withPassphrase = () => ["--passphrase-file", file("pw")];
const withKey = () => ["--keystore", file("me.json"), ...withPassphrase()];
const onPaper = () => ["--deployment", file("deployment.json")];

/** How many questions for the list the node puts off. */
let limited = 0;

/** A node that knows nothing but takes fires, and an endpoint whose contracts refuse everything. */
async function answerOf(request: IncomingMessage): Promise<[number, object]> {
  const text = Buffer.concat(await request.toArray()).toString();
  if (request.url === "/v1/info") return [200, info];
  if (/^\/v1\/intents(\?|$)/.test(request.url ?? "")) {
    if (limited === 0) return [200, { intents: [], next: null }];
    limited -= 1;
    return [429, { error: { code: "API_RATE_LIMITED", message: "too many", remedy: "Wait." } }];
  }
  if (request.url?.endsWith("/fire")) {
    const receipt = { fireHash: hash(1), nodeNo: 1, atMs: 1, signature: "0x11" };
    return [200, { executionId: hash(2), isNew: true, receipt }];
  }
  if (request.url !== "/") {
    return [404, { error: { code: "EXECUTION_UNKNOWN", message: "not here", remedy: "Wait." } }];
  }
  const { id } = JSON.parse(text) as { readonly id: number };
  const error = { code: 3, message: "execution reverted: not yours", data: "0x" };
  return [200, { jsonrpc: "2.0", id, error }];
}

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

/** What a command line is refused with; it says so, with a remedy, and ends as the code says. */
async function told(args: readonly string[]): Promise<[string, string] | null> {
  const { exitCode, stdout, stderr } = await deedHere([...args, "--json"]);
  if (exitCode === 0) return null;
  const { error } = JSON.parse(stdout) as {
    readonly error: { readonly code: CliErrorCode; message: string; remedy: string };
  };
  const { code, message, remedy } = error;
  expect(stderr.endsWith(`${code}: ${message}\n${remedy}\n`)).toBe(true);
  expect(remedy).not.toBe("");
  expect(exitCode).toBe(CLI_ERROR_EXIT[code]);
  return [code, message];
}

test.each<[CliErrorCode, string, () => readonly string[]]>([
  ["CLI_USAGE", "is no hash", () => ["show", "0x1234", "--node", url]],
  ["CLI_USAGE", "is no address", () => ["list", "--node", "here"]],
  ["CLI_USAGE", "no key to sign with", () => ["sign", file("good.yaml"), ...onPaper()]],
  ["CLI_FILE_UNREADABLE", "ENOENT", () => ["check", file("missing.yaml")]],
  ["CLI_FILE_UNREADABLE", "cannot write", () => ["init", file("missing/new.yaml")]],
  ["CLI_FILE_MALFORMED", "not JSON", () => ["list", "--deployment", file("good.yaml")]],
  ["CLI_FILE_MALFORMED", "vault", () => ["list", "--deployment", file("part.json")]],
  ["CLI_FILE_MALFORMED", "no state of a network", () => ["list", "--dir", file("broken")]],
  ["CLI_FILE_MALFORMED", "no signed", () => ["submit", file("part.json"), "--node", url]],
  ["CLI_NO_NETWORK", "holds no network", () => ["list", "--dir", folder.path]],
  ["CLI_NO_NODE", "names no node", () => ["list", ...onPaper()]],
  ["CLI_NO_LEDGER", "names no endpoint", () => [...revokeDirectly(), ...onPaper()]],
  [
    "CLI_OTHER_NETWORK",
    "not for this network",
    () => ["submit", file("good.signed.json"), "--deployment", file("other.json")],
  ],
  [
    "CLI_KEYSTORE_MALFORMED",
    "web3 secret storage",
    () => [
      ...["sign", file("good.yaml"), ...onPaper(), ...withPassphrase()],
      ...["--keystore", file("part.json")],
    ],
  ],
  [
    "CLI_WORKFLOW_INVALID",
    "DEED_MISSING_KEY",
    () => ["sign", file("bad.yaml"), ...onPaper(), ...withKey()],
  ],
  [
    "CLI_REVERTED",
    "execution reverted: not yours",
    () => [...revokeDirectly(), ...onPaper(), "--rpc", `${url}/`],
  ],
  ["CLI_PLAINTEXT", "--node http://10.0.0.1", () => ["list", "--node", "http://10.0.0.1:1"]],
  ["CLI_PLAINTEXT", "--rpc http://0.0.0.0", () => ["list", ...onPaper(), "--rpc", "http://0"]],
  ["CLI_PLAINTEXT", "--rpc http://rpc.example", () => [...revokeDirectly(), ...farRpc()]],
  // Accepted, so that the next thing is missing: a node.
  ["CLI_NO_NODE", "names no node", () => ["list", ...farRpc(), "--allow-plaintext"]],
  ["CLI_UNKNOWN_NAME", hash(5), () => ["show", hash(5), "--node", url]],
  ["CLI_UNKNOWN_NAME", hash(5), () => ["runs", hash(5), "--node", url]],
  [
    "CLI_TIMEOUT",
    "not final after 1 s",
    () => ["fire", hash(5), "--node", url, "--wait", "1", ...withKey()],
  ],
])("%s: %s", async (code, message, args) => {
  expect(await told(args())).toEqual([code, expect.stringContaining(message)]);
});

test("with verification switched off by the environment nothing is done", async () => {
  const environment = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
  const ran = await deedHere(["list", "--node", url, "--json"], environment);
  expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: "CLI_TLS_UNVERIFIED" } });
  expect(ran.exitCode).toBe(2);
});

const farRpc = () => [...onPaper(), "--rpc", "http://rpc.example"];
const revokeDirectly = () => ["revoke", hash(5), "--direct", ...withKey()];

test("a node that limits requests is asked again, and people are told", async () => {
  limited = 2;
  const ran = await deedHere(["list", "--node", url, "--json"]);
  expect([ran.exitCode, limited]).toEqual([0, 0]);
  expect(ran.stderr).toContain("The node limits requests");
  expect(JSON.parse(ran.stdout)).toEqual({ intents: [], next: null });
});

test("a signed file whose workflow does not compile any more is not submitted", async () => {
  const signed = JSON.parse(readFileSync(file("good.signed.json"), "utf8")) as object;
  writeFileSync(file("old.signed.json"), JSON.stringify({ ...signed, yaml: "deed: v1\n" }));
  expect(await told(["submit", file("old.signed.json"), "--node", url])).toEqual([
    "CLI_WORKFLOW_INVALID",
    expect.stringContaining("does not compile"),
  ]);
});

test("a command whose package is not installed says which, and what to do", () => {
  expect(() => programOf("@deed/absent", "Install it.")).toThrow(
    expect.objectContaining({
      failure: {
        code: "CLI_PACKAGE_MISSING",
        message: "@deed/absent is not installed here",
        remedy: "Install it.",
      },
    }),
  );
});
