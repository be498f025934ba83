import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { connectSigner } from "@deed/node";
import { bytesToHex, type Hex, hexToBytes, joinHex } from "@deed/protocol/encoding";
import {
  connectLedger,
  contractCall,
  createRpc,
  type Ledger,
  parseDeployment,
  sealBox,
} from "@deed/sdk";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type DeedNetwork, startDeedNetwork } from "./deed-network.testing.ts";
import { encryptedKeystore, KEYSTORE_COST } from "./keystore.ts";
import { sendTransaction } from "./send-transaction.ts";

// What an operator does about its keys (docs/operate/recovery.md), on one live network.

const OPERATOR = 3;
const LIMIT_MS = 180_000;

let net: DeedNetwork;
let ledger: Ledger;
let cold: PrivateKeyAccount;
let signer: readonly string[];

const key = ["--keystore", "cold.json", "--passphrase-file", "pw", "--yes"];

beforeAll(async () => {
  net = await startDeedNetwork();
  const read = (file: string) => JSON.parse(readFileSync(join(net.cwd, ".deed", file), "utf8"));
  const deployment = parseDeployment(read("network.json").deployment);
  ledger = connectLedger(deployment, { rpc: createRpc({ url: net.rpcUrl }, { fetch }) });
  const secret = read("accounts.json").cold[OPERATOR - 1] as Hex;
  cold = privateKeyToAccount(secret);
  const { text } = await encryptedKeystore(hexToBytes(secret), "secret", KEYSTORE_COST.cheap);
  net.write("cold.json", text);
  const path = join(net.cwd, ".deed", `node-${OPERATOR}`, "signer", "signer.json");
  signer = ["--signer", path];
  net.write(
    "hello.yaml",
    `deed: v1
name: hello
on: { manual: {} }
expires: 2100-01-01T00:00:00Z
limits: { executions: 1000, duration: 10s }
steps:
  - id: send
    http: { method: PUT, url: "${net.echoUrl}/in", body: { from: "hello" } }
`,
  );
  await net.ok(["keystore", "new", "me.json", "--cheap", "--passphrase-file", "pw"]);
}, LIMIT_MS);
afterAll(() => net?.close(), LIMIT_MS);

let intentHash = "";

/** Runs a workflow and waits until it is final. */
async function run(): Promise<void> {
  const owner = ["--keystore", "me.json", "--passphrase-file", "pw"];
  if (intentHash === "") {
    ({ intentHash } = await net.ok(["sign", "hello.yaml", ...owner]));
    await net.ok(["submit", "hello.signed.json"]);
  }
  expect(await net.ok(["fire", intentHash, "--wait", ...owner])).toMatchObject({ status: "ok" });
}

/** The key that issued what a node shows. */
function shownCa(endpoint: string): Promise<Hex> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port: Number(port), ALPNProtocols: ["deed/1"] };
    const socket = connect({ ...options, rejectUnauthorized: false }, () => {
      const { issuerCertificate } = socket.getPeerCertificate(true);
      socket.destroy();
      const { publicKey } = new X509Certificate(issuerCertificate.raw);
      const spki = publicKey.export({ type: "spki", format: "der" });
      resolve(`0x${createHash("sha256").update(spki).digest("hex")}`);
    });
    socket.on("error", reject);
  });
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const options = { timeout: 60_000, interval: 100 };
  await vi.waitFor(async () => expect(await holds(), what).toBe(true), options);
}

test(
  "TLS CA: a live node goes over to a new key, and the old one is worth nothing",
  async () => {
    const before = await ledger.node(OPERATOR);
    expect(await shownCa(before.endpoint)).toBe(before.caHash);
    const dry = await net.here(["node", "rotate-ca", ...signer, "--dry-run"]);
    expect(dry.stderr).toContain("CLI_NO_NEW_KEYS");
    const done = await net.ok(["node", "rotate-ca", ...signer, ...key]);
    expect(done).toMatchObject({ state: "sent", isComplete: true, function: "updateNode" });
    const after = await ledger.node(OPERATOR);
    expect(after.caHash).not.toBe(before.caHash);
    expect(await shownCa(after.endpoint)).toBe(after.caHash);
    await run();
  },
  LIMIT_MS,
);

test(
  "beacon secret: a new chain costs nothing and misses no round",
  async () => {
    const { bondWei } = await ledger.operator(OPERATOR);
    await run();
    const { anchor } = await ledger.chainTip(OPERATOR);
    const done = await net.ok(["node", "rotate-beacon", ...signer, ...key]);
    expect(done).toMatchObject({ state: "sent", isComplete: true, function: "commitChain" });
    expect(await ledger.chainTip(OPERATOR)).toMatchObject({ usedPreimages: 0, behind: 0 });
    expect((await ledger.chainTip(OPERATOR)).anchor).not.toBe(anchor);
    await run();
    const { usedPreimages } = await ledger.chainTip(OPERATOR);
    expect(usedPreimages).toBeGreaterThan(0);
    await net.ok(["node", "rotate-beacon", "--same-secret", ...signer, ...key]);
    await run();
    expect(await ledger.isAway(OPERATOR)).toBe(false);
    expect((await ledger.operator(OPERATOR)).bondWei).toBe(bondWei);
  },
  LIMIT_MS,
);

test(
  "sealing key: what users seal to the registered key, its node alone opens, and for that workflow alone",
  async () => {
    const { chainId } = ledger.deployment;
    const [intentHash, other] = [`0x${"a1".repeat(32)}`, `0x${"a2".repeat(32)}`] as const;
    const [seal] = await ledger.sealingKeys(OPERATOR);
    const sealing = joinHex(seal!.x, seal!.y);
    const content = Buffer.from("a user's secret");
    const purpose = { chainId, nodeNo: OPERATOR, intentHash, name: "token", sealing };
    const box = bytesToHex(await sealBox(purpose, content));
    const signerOf = (nodeNo: number) =>
      connectSigner(join(net.cwd, ".deed", `node-${nodeNo}`, "signer", "signer.json"));
    const [own, foreign] = [signerOf(OPERATOR), signerOf(OPERATOR + 1)];
    try {
      const asked = { intentHash, name: "token", box };
      expect(await own.signer.open(asked)).toBe(bytesToHex(content));
      await expect(foreign.signer.open(asked)).rejects.toThrow("E_SEALED");
      await expect(own.signer.open({ ...asked, intentHash: other })).rejects.toThrow("E_SEALED");
      // Both that used the key; the other node's key was not asked.
      expect((await own.signer.status()).openings).toBe(2);
      expect((await foreign.signer.status()).openings).toBe(0);
    } finally {
      own.close();
      foreign.close();
    }
    const log = join(net.cwd, ".deed", `node-${OPERATOR}`, "signer", "audit.log");
    const audit = ["signer", "audit", "--log", log, "--json", "--kms-uses"];
    const explained = await net.here([...audit, "sealing=2"]);
    expect(explained.stdout).not.toContain("AUDIT_KMS_SURPLUS");
    expect(JSON.parse(explained.stdout)).toMatchObject({ uncounted: { Open: 2 } });
    const around = await net.here([...audit, "sealing=3"]);
    expect(around.stdout).toContain("AUDIT_KMS_SURPLUS");
  },
  LIMIT_MS,
);

test(
  "sealing key: the registry keeps the old one with its interval, and users seal to the new one",
  async () => {
    for (const count of [1, 2]) {
      const done = await net.ok(["node", "rotate-sealing", ...signer, ...key]);
      expect(done).toMatchObject({ isComplete: true, function: "setSealingKey" });
      const keys = await ledger.sealingKeys(OPERATOR);
      // The first is of the founding.
      expect(keys.length).toBe(1 + count);
      expect(keys.filter(({ untilSec }) => untilSec === 0)).toEqual([keys.at(-1)]);
    }
  },
  LIMIT_MS,
);

test(
  "a lost beacon secret costs one silence; the network goes on, and a new chain brings the operator back",
  async () => {
    const { bondWei } = await ledger.operator(OPERATOR);
    const tip = `0x${"5e".repeat(32)}`;
    const lost = contractCall(ledger.deployment, "beacon", "commitChain", [OPERATOR, tip]);
    await sendTransaction(ledger, cold, lost);
    await until("in force", async () => (await ledger.chainTip(OPERATOR)).anchor === tip);
    // A round whose members were fixed before still counts on the old chain.
    for (let runs = 0; runs < 5 && !(await ledger.isAway(OPERATOR)); runs += 1) await run();
    expect(await ledger.isAway(OPERATOR)).toBe(true);
    expect((await ledger.operator(OPERATOR)).bondWei).toBe(bondWei - bondWei / 100n);
    const dry = ["node", "rotate-beacon", ...signer, "--same-secret", "--dry-run"];
    const { lines } = (await net.ok(dry)) as unknown as { lines: readonly string[] };
    expect(lines.join()).toContain("none of this signer's");
    await net.ok(["node", "rotate-beacon", ...signer, ...key]);
    await until("back", async () => !(await ledger.isAway(OPERATOR)));
    await run();
    await until("given", async () => (await ledger.chainTip(OPERATOR)).usedPreimages > 0);
    expect((await ledger.operator(OPERATOR)).bondWei).toBe(bondWei - bondWei / 100n);
  },
  LIMIT_MS,
);

test(
  "a node is switched off and on by its cold key alone, without its duty key",
  async () => {
    const nobody = await net.here([
      "node",
      "off",
      "3",
      "--from",
      `0x${"11".repeat(20)}`,
      "--dry-run",
    ]);
    expect(nobody.stderr).toContain("CLI_WRONG_KEY");
    await net.ok(["node", "off", "3", ...key]);
    expect((await ledger.node(OPERATOR)).active).toBe(false);
    await net.ok(["node", "on", "3", ...key]);
    expect((await ledger.node(OPERATOR)).active).toBe(true);
    const moved = await net.ok(["node", "endpoint", "https://127.0.0.1:1", ...signer, "--dry-run"]);
    expect(moved).toMatchObject({ simulation: { kind: "works" }, txHash: null });
  },
  LIMIT_MS,
);

test(
  "cold key: a thief's announcement is voided; another key takes over once it accepts; the old one is nothing",
  async () => {
    const thief = `0x${"ba".repeat(20)}`;
    await net.ok(["node", "replace-cold", "3", thief, "--payout", thief, ...key]);
    expect((await ledger.operator(OPERATOR)).cold).toBe(cold.address.toLowerCase());
    await net.ok(["node", "cancel-cold", "3", ...key]);
    expect((await net.here(["node", "accept-cold", "3", ...key])).stderr).toContain(
      "has announced no cold key",
    );
    const { address } = await net.ok([
      ...["keystore", "new", "next.json", "--cheap", "--passphrase-file", "pw"],
    ]);
    await net.ok(["node", "replace-cold", "3", address, ...key]);
    const next = ["--keystore", "next.json", "--passphrase-file", "pw", "--yes"];
    await net.ok(["node", "accept-cold", "3", ...next]);
    expect((await ledger.operator(OPERATOR)).cold).toBe(address);
    const old = await net.here(["node", "off", "3", ...key]);
    expect(old.stderr).toContain("CLI_WRONG_KEY");
    const { bondWei } = await ledger.operator(OPERATOR);
    await net.ok(["node", "deposit", "3", "1000", ...key]);
    expect((await ledger.operator(OPERATOR)).bondWei).toBe(bondWei + 1000n);
  },
  LIMIT_MS,
);
