import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startMetrics } from "../api/start-metrics.ts";
import { openApi } from "../api.testing.ts";
import { type Certificate, makeCertificate } from "../broker/certificate.testing.ts";
import { keptLog } from "../telemetry/kept.testing.ts";
import { SILENT } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { DoorCertificate } from "./door-certificate.ts";

let folder = "";
const closing: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deed-door-"));
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
  return path;
}

function files({ cert, key }: Certificate, authority?: Certificate) {
  return {
    certPath: put("cert.pem", cert),
    keyPath: put("key.pem", key),
    clientCaPath: authority === undefined ? null : put("ca.pem", authority.cert),
  };
}

async function door(tls: ReturnType<typeof files>) {
  const metrics = createMetrics({ labels: {}, ofProcess: false });
  metrics.counter("deed_test_total", "For the test.").inc();
  const running = await startMetrics(
    { host: "127.0.0.1", port: 0, tls },
    { metrics, logger: SILENT, everyMs: 10 },
  );
  closing.push(() => running.close());
  return running;
}

function get(url: string, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, ...options }, async (incoming) => {
      let text = "";
      for await (const chunk of incoming) text += String(chunk);
      resolve(text);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

function held(url: string, options: ConnectionOptions): TLSSocket {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port), ...options });
  socket.on("error", () => undefined);
  closing.push(() => socket.destroy());
  return socket;
}

test("metrics over TLS 1.3, and no older version", async () => {
  const own = await makeCertificate({ hosts: ["127.0.0.1"] });
  const { url } = await door(files(own));
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/metrics$/);
  expect(await get(url, { ca: own.cert })).toContain("deed_test_total 1");
  await expect(get(url, { ca: own.cert, maxVersion: "TLSv1.2" })).rejects.toThrow(
    "alert protocol version",
  );
});

test("the API over TLS 1.3, and no older version; what it serves is the same, but for metrics", async () => {
  const own = await makeCertificate({ hosts: ["127.0.0.1"] });
  const bed = await openApi(files(own));
  closing.push(() => bed.close());
  const { url } = bed.api;
  expect(url).toMatch(/^https:/);
  expect(await get(`${url}/v1/info`, { ca: own.cert })).toContain('"nodeNo":1');
  const old = get(url, { ca: own.cert, maxVersion: "TLSv1.2" });
  await expect(old).rejects.toThrow("alert protocol version");
  await expect(get(url, {})).rejects.toThrow("self-signed certificate");
});

test("with authorities of clients, nobody without their certificate is answered", async () => {
  const [own, authority, other] = await Promise.all([
    makeCertificate({ hosts: ["127.0.0.1"] }),
    makeCertificate({ isAuthority: true }),
    makeCertificate({ isAuthority: true }),
  ]);
  const good = await makeCertificate({ issuer: authority, hosts: ["collector"] });
  const bad = await makeCertificate({ issuer: other, hosts: ["collector"] });
  const { url } = await door(files(own, authority));
  const ca = own.cert;
  expect(await get(url, { ca, cert: good.cert, key: good.key })).toContain("deed_test_total 1");
  await expect(get(url, { ca })).rejects.toMatchObject({
    code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
  });
  await expect(get(url, { ca, cert: bad.cert, key: bad.key })).rejects.toThrow();
});

test("a new certificate is taken from its files without dropping a connection, and stays TLS 1.3", async () => {
  const [first, second] = await Promise.all([
    makeCertificate({ hosts: ["127.0.0.1"] }),
    makeCertificate({ hosts: ["127.0.0.1"] }),
  ]);
  const { url } = await door(files(first));
  const open = held(url, { ca: first.cert });
  await once(open, "secureConnect");
  // One after the other: between the two, key and certificate do not fit.
  put("key.pem", second.key);
  put("cert.pem", second.cert);
  await expect.poll(() => get(url, { ca: second.cert }).catch(String)).toContain("deed_test_total");
  open.write("GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n");
  expect(String((await once(open, "data"))[0])).toContain("200 OK");
  await expect(get(url, { ca: second.cert, maxVersion: "TLSv1.2" })).rejects.toThrow();
});

test("files that do not fit together leave the old certificate in use, and are told of once", async () => {
  const [first, second] = await Promise.all([makeCertificate(), makeCertificate()]);
  const { lines, logger } = keptLog();
  const options = { ...files(first), field: "api.tls" };
  const certificate = new DoorCertificate(options, { logger, everyMs: 5 });
  closing.push(() => certificate.close());
  put("key.pem", second.key);
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  expect(lines[0]).toMatchObject({ level: "warn", fields: { field: "api.tls" } });
  expect(JSON.stringify(lines)).not.toContain("PRIVATE KEY");
  expect(certificate.current.keyPem).toBe(first.key);
  put("cert.pem", second.cert);
  await expect.poll(() => certificate.current.keyPem).toBe(second.key);
  expect(lines.map(({ level }) => level)).toEqual(["warn", "info"]);
});

test("a door without usable files is not opened, and says which field", async () => {
  const [one, other] = await Promise.all([makeCertificate(), makeCertificate()]);
  const mixed = { ...files(one), keyPath: put("other.pem", other.key) };
  await expect(door(mixed)).rejects.toMatchObject({
    failure: { code: "DOOR_CERTIFICATE", field: "metrics.tls" },
    remedy: expect.stringContaining('"metrics.tls"'),
  });
  await expect(door({ ...mixed, certPath: "/nowhere" })).rejects.toThrow("ENOENT");
});
