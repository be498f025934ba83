import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SILENT } from "../../telemetry/logger.ts";
import { aBatch, createSignerBench, failureFrom, type SignerBench } from "../signer.testing.ts";
import { SignerClient } from "../signer-client.ts";
import { readLinkFiles } from "./link-files.ts";
import { type LinkEnd, makeLinkEnd } from "./make-link.ts";

let bench: SignerBench;
let folder: string;
let node: LinkEnd;
let signer: LinkEnd;
const clients: SignerClient[] = [];

beforeEach(async () => {
  bench = await createSignerBench();
  folder = mkdtempSync(join(tmpdir(), "deed-link-"));
  [node, signer] = await Promise.all([anEnd("node"), anEnd("signer")]);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await bench.close();
  rmSync(folder, { recursive: true });
});

function anEnd(name: string, toSec = Date.now() / 1000 + 3_600): Promise<LinkEnd> {
  return makeLinkEnd({
    name,
    fromSec: Math.floor(Date.now() / 1000) - 60,
    toSec: Math.floor(toSec),
  });
}

function filesOf(name: string, end: LinkEnd, otherKeys: readonly Hex[]) {
  const path = (kind: string) => join(folder, `${name}.${kind}.pem`);
  writeFileSync(path("cert"), end.certPem);
  writeFileSync(path("key"), end.keyPem, { mode: 0o600 });
  return { certPath: path("cert"), keyPath: path("key"), otherKeys };
}

/** A signer process that a node on another machine may reach. */
async function start(port = 0, own = signer, otherKeys: readonly Hex[] = [node.key]) {
  const remote = { host: "127.0.0.1", port, ...filesOf("signer", own, otherKeys) };
  return bench.spawn({ remote });
}

function connect(
  port: number,
  own = node,
  signerKeys: readonly Hex[] = [signer.key],
  timeoutMs = 1_500,
): SignerClient {
  const material = readLinkFiles(filesOf("node", own, signerKeys), "signer");
  const client = new SignerClient(
    {
      remote: { host: "127.0.0.1", port, material, signerKeys },
      token: readFileSync(bench.config.tokenPath, "utf8").trim(),
      ...{ timeoutMs, reconnectMs: 20 },
    },
    { logger: SILENT },
  );
  clients.push(client);
  return client;
}

test("a signer on another machine signs as it does on this one, by the same protocol and token", async () => {
  const { remotePort, publicKeys } = await start();
  const far = connect(remotePort!);
  expect((await far.status()).duty).toBe(publicKeys.duty);
  const signed = await far.recordBatch(aBatch(1));
  expect(await bench.client().recordBatch(aBatch(1))).toEqual(signed);
});

test("what was asked when the signer died is answered when it is back", async () => {
  const first = await start();
  const port = first.remotePort!;
  const far = connect(port, node, [signer.key], 12_000);
  await far.recordBatch(aBatch(1));
  process.kill(first.pid, "SIGKILL");
  await first.ended;
  const asked = far.recordBatch(aBatch(2));
  await start(port);
  expect((await asked).auditSeq).toBe(2);
});

test("a node that the signer does not name, or a signer that the node does not, is told nothing", async () => {
  const { remotePort } = await start();
  const stranger = await anEnd("node");
  expect(await failureFrom(connect(remotePort!, stranger).status())).toMatchObject({
    code: "E_UNAVAILABLE",
  });
  expect(bench.logged()).toContain("LINK_OTHER_KEY");
  const wrong = connect(remotePort!, node, [stranger.key]);
  expect(await failureFrom(wrong.status())).toEqual({
    code: "E_UNAVAILABLE",
    reason: "timeout: LINK_OTHER_KEY",
  });
});

test("a certificate that has ended is refused on both sides, though its key is known", async () => {
  const past = Date.now() / 1000 - 10;
  const [oldNode, oldSigner] = await Promise.all([anEnd("node", past), anEnd("signer", past)]);
  const { remotePort } = await start(0, oldSigner, [oldNode.key, node.key]);
  expect(bench.logged()).toContain("ends soon");
  expect(await failureFrom(connect(remotePort!, node, [oldSigner.key]).status())).toMatchObject({
    reason: "timeout: LINK_EXPIRED",
  });
  await failureFrom(connect(remotePort!, oldNode, [oldSigner.key]).status());
  const future = await makeLinkEnd({ name: "n", fromSec: past + 3_600, toSec: past + 7_200 });
  expect(future.key).toMatch(/^0x[0-9a-f]{64}$/);
});

test("two keys are known while one is being replaced", async () => {
  const next = await anEnd("node");
  const { remotePort } = await start(0, signer, [node.key, next.key]);
  expect((await connect(remotePort!, next, [node.key, signer.key]).status()).halted).toBe(null);
});

test("without the token the right certificate is not enough", async () => {
  const { remotePort } = await start();
  const material = readLinkFiles(filesOf("node", node, [signer.key]), "signer");
  const remote = { host: "127.0.0.1", port: remotePort!, material, signerKeys: [signer.key] };
  const client = new SignerClient({ remote, token: "guessed" });
  clients.push(client);
  expect(await failureFrom(client.status())).toEqual({ code: "E_UNAUTHORISED" });
});

test("a signer does not start with an end of a link that is not usable", async () => {
  const usable = filesOf("signer", signer, [node.key]);
  const other = filesOf("other", node, []);
  const start = (changes: object) =>
    failureFrom(bench.spawn({ remote: { host: "127.0.0.1", port: 0, ...usable, ...changes } }));
  expect(await start({ otherKeys: [] })).toEqual({ code: "E_CONFIG", field: "remote.otherKeys" });
  expect(await start({ otherKeys: ["0x12"] })).toMatchObject({ code: "E_CONFIG" });
  expect(await start({ port: 70_000 })).toEqual({ code: "E_CONFIG", field: "remote.port" });
  expect(await start({ keyPath: other.keyPath })).toMatchObject({
    field: expect.stringContaining("remote.certFile"),
  });
  expect(await start({ keyPath: usable.certPath })).toEqual({
    code: "E_CONFIG",
    field: "remote.keyFile: readable by others",
  });
});
