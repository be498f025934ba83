import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { createNodeKeys, type KeysToCreate } from "@deed/node";
import type { Hex } from "@deed/protocol/encoding";
import { DEVNET_PARAMETERS, operatorCalls } from "@deed/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePorts } from "../network/free-port.ts";
import { spawnNode } from "../network/node-process.ts";
import { decideByCouncil } from "./council.testing.ts";
import { deed } from "./deed-command.testing.ts";
import { startTestNetwork, type TestNetwork } from "./network.testing.ts";

// A KMS's signatures of one content differ each time: nothing of a batch's way may depend on their bytes.

const SOFTHSM = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
].find((path) => existsSync(path));
const isWithout = SOFTHSM === undefined && process.env["CI"] === undefined;
const needed = isWithout ? " (apt-get install softhsm2)" : "";
const DOUBLE = new URL("../../../node/src/signer/aws-kms/double-main.testing.ts", import.meta.url);

const ON_TOKEN = 2;
const IN_CLOUD = 3;
const EXECUTIONS = 12;

const title = `one node with its keys on a token and one in AWS KMS, among seven${needed}`;

describe.skipIf(isWithout)(title, { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "deed-keys-"));
  const saved = { ...process.env };
  let double: ChildProcess;
  let network: TestNetwork;
  let token: ReturnType<typeof createToken>;

  beforeAll(async () => {
    process.env["AWS_ACCESS_KEY_ID"] = "AKIDDOUBLE";
    process.env["AWS_SECRET_ACCESS_KEY"] = "double-secret";
    double = startDouble();
    const lines = createInterface({ input: double.stdout as Readable });
    const [line] = (await once(lines, "line")) as [string];
    const awsKms = JSON.parse(line) as { region: string; endpoint: string };
    token = createToken(folder);
    const keysFiles = {
      [ON_TOKEN]: await keysFile("token", token),
      [IN_CLOUD]: await keysFile("cloud", { kind: "aws-kms", prefix: "deed", awsKms }),
    };
    network = await startTestNetwork({ keysFiles });
  }, 200_000);
  afterAll(async () => {
    await network?.close();
    double?.stdin?.end();
    rmSync(folder, { recursive: true, force: true });
    process.env = saved;
  }, 60_000);

  async function keysFile(name: string, wanted: KeysToCreate): Promise<string> {
    const path = join(folder, `${name}.json`);
    const { keys } = await createNodeKeys(wanted);
    writeFileSync(path, JSON.stringify(keys));
    return path;
  }

  test("both execute and judge whole batches, and one that was killed takes up again what it signed", async () => {
    const steps = `  - id: put
    http:
      method: PUT
      url: "${network.samples.echo.url}/kept"
      body: { ordinal: "\${trigger.ordinal}" }`;
    const workflow = await network.manual("kept", { duration: "30s", steps });
    const fired: Hex[] = [];
    for (let index = 0; index < EXECUTIONS; index += 1) fired.push(await network.fire(workflow));
    await network.killNode(ON_TOKEN);
    await network.samples.network.restartNode(ON_TOKEN);
    for (let index = 0; index < EXECUTIONS; index += 1) fired.push(await network.fire(workflow));
    const finals = await Promise.all(fired.map((execution) => network.final(execution)));
    expect(finals.map(({ status }) => status)).toEqual(fired.map(() => "ok"));
    for (const nodeNo of [ON_TOKEN, IN_CLOUD]) {
      const kinds = signedBy(nodeNo);
      expect(kinds.has("SelfTest")).toBe(true);
      expect(kinds.has("RecordBatch") || kinds.has("Verdict")).toBe(true);
      expect(kinds.has("Transaction")).toBe(true);
    }
    // Nobody was found to have signed two things for one place.
    expect(network.events("Slashed")).toEqual([]);
  });

  test("a machine that is lost with its log: the token's duty key alone does not sign again", async () => {
    const own = join(network.samples.network.directory, `node-${ON_TOKEN}`, "signer");
    const newest = join(folder, "newest.log");
    await network.killNode(ON_TOKEN);
    renameSync(join(own, "audit.log"), newest);
    const started = network.samples.network.restartNode(ON_TOKEN);
    const refused = await started.then(
      () => "started",
      (error: Error) => JSON.stringify(error),
    );
    expect(refused).toContain("E_AUDIT_BEHIND");
    expect(refused).toContain("Restore the newest copy of the audit log, or register new keys");
    // Nothing was begun anew in its place; with the newest copy it goes on where it was.
    copyFileSync(newest, join(own, "audit.log"));
    chmodSync(join(own, "audit.log"), 0o600);
    await network.samples.network.restartNode(ON_TOKEN);
    expect(network.events("Slashed")).toEqual([]);
  });

  test("an operator joins with keys on a token: their tier is declared with its evidence, and off, the node is switched on", async () => {
    const { network: net, sender, ledger } = network.samples;
    const cwd = join(folder, "desk");
    const keys = await keysFile("eighth", { ...token, prefix: "eighth" });
    const [peer, api] = (await freePorts(2)) as [number, number];
    const base = {
      wsUrl: net.wsUrl,
      peers: { host: "127.0.0.1", port: peer },
      api: { host: "127.0.0.1", port: api },
      fees: { kind: "free" },
      exitWithParent: true,
    };
    mkdirSync(cwd);
    const files = { "base.json": JSON.stringify(base), "papers.txt": "papers", pw: "secret" };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    const secrecy = ["--passphrase-file", "pw"];
    const asCold = ["--keystore", "cold.json", ...secrecy, "--yes"];
    const run = async (...args: readonly string[]) => {
      const said = await deed(cwd, ...args, "--json");
      expect(said.exitCode, said.stderr + said.stdout).toBe(0);
      return said.json as { readonly address: Hex; readonly next: { readonly step: string } };
    };
    const { address: to } = await run("keystore", "new", "cold.json", "--cheap", ...secrecy);
    const join8 = () =>
      run(
        ...["node", "join", "node", "--name", "Eighth", "--region", "eu", "--provider", "own"],
        ...["--endpoint", `https://127.0.0.1:${peer}`, "--vetting", "papers.txt"],
        ...["--base-config", "base.json", "--keys", keys, ...asCold, "--dir", net.directory],
      );
    expect((await join8()).next.step).toBe("admission");
    const application = readFileSync(join(cwd, "node", "application.json"), "utf8");
    const { operator, node } = JSON.parse(application);
    expect(node.keyTier).toBe("softwareToken");
    const { to: target, ...call } = operatorCalls(net.deployment).admit(operator);
    await decideByCouncil(net, [{ target, ...call }], "seen");
    const valueWei = DEVNET_PARAMETERS.minBondWei;
    await sender.send("coins", { to, data: "0x", valueWei } as never);
    expect((await join8()).next.step).toBe("seat");
    const tier = await ledger.tierOf(8);
    expect(tier).toMatchObject({ declared: 1, counted: 1, evidenceHash: node.evidenceHash });
    await run("node", "off", "8", ...asCold, "--dir", net.directory);
    expect((await ledger.node(8)).active).toBe(false);
    expect((await join8()).next.step).toBe("seat");
    expect((await ledger.node(8)).active).toBe(true);
    const waiting = spawnNode("build");
    try {
      const path = join(cwd, "node", "node.json");
      const config = JSON.parse(readFileSync(path, "utf8"));
      const started = await waiting.start({ nodeNo: 8, directory: join(cwd, "node"), config });
      expect(started.nodeNo).toBe(8);
    } finally {
      await waiting.close();
    }
  });

  /** Kinds of a node's log. */
  function signedBy(nodeNo: number): ReadonlySet<string> {
    const { directory } = network.samples.network;
    const path = join(directory, `node-${nodeNo}`, "signer", "audit.log");
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    const kindOf = (line: string): string =>
      (JSON.parse(line.slice(line.indexOf("{"))) as { kind: string }).kind;
    return new Set(lines.map(kindOf));
  }
});

function startDouble(): ChildProcess {
  const args = ["--conditions=source", "--import", import.meta.resolve("tsx"), DOUBLE.pathname];
  return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
}

function createToken(folder: string): KeysToCreate {
  const conf = join(folder, "softhsm2.conf");
  mkdirSync(join(folder, "tokens"));
  writeFileSync(conf, `directories.tokendir = ${join(folder, "tokens")}\nlog.level = ERROR\n`);
  const [pin, pinPath] = [randomBytes(16).toString("hex"), join(folder, "pin")];
  writeFileSync(pinPath, pin, { mode: 0o600 });
  const environment = { SOFTHSM2_CONF: conf };
  const args = ["--init-token", "--free", "--label", "one", "--pin", pin, "--so-pin", pin];
  execFileSync("softhsm2-util", args, { env: { ...process.env, ...environment }, stdio: "pipe" });
  const pkcs11 = { module: SOFTHSM ?? "", environment, tokenLabel: "one", pinPath };
  return { kind: "pkcs11", prefix: "deed", pkcs11 };
}
