import { once } from "node:events";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { type Certificate, makeCertificate } from "../../broker/certificate.testing.ts";
import type { RpcTls } from "../../config-links.ts";
import { SILENT } from "../../telemetry/logger.ts";
import { Waker } from "../waker.ts";
import { HeadSource } from "./head-source.ts";

const closing: (() => unknown)[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0).reverse()) await close();
});

/** An endpoint, and whether somebody asked it for a WebSocket. */
async function endpoint(certificate: Certificate | null, options = {}) {
  let asked = 0;
  const server =
    certificate === null
      ? createPlainServer()
      : createServer({ key: certificate.key, cert: certificate.cert, ...options });
  server.on("upgrade", (_request, socket) => {
    asked += 1;
    socket.destroy();
  });
  let failed = 0;
  server.on("tlsClientError", () => {
    failed += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => (server as Server).close());
  return { port: (server.address() as AddressInfo).port, asked: () => asked, failed: () => failed };
}

function source(wsUrl: string, tls: RpcTls = { ownCaPem: null, least: "1.3" }): void {
  const heads = new HeadSource(
    { wsUrl, tls, pollMs: 1_000, reconnectMs: 5 },
    { logger: SILENT, waker: new Waker({ nowMs: Date.now }) },
  );
  closing.push(() => heads.close());
}

test("an endpoint of heads whose authority is unknown gets no request, whatever the environment says", async () => {
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  const own = await makeCertificate({ hosts: ["127.0.0.1"] });
  const server = await endpoint(own);
  source(`wss://127.0.0.1:${server.port}`);
  await expect.poll(server.failed).toBeGreaterThan(1);
  expect(server.asked()).toBe(0);
});

test("one whose authority the operator has named does", async () => {
  const own = await makeCertificate({ hosts: ["127.0.0.1"] });
  const server = await endpoint(own);
  source(`wss://127.0.0.1:${server.port}`, { ownCaPem: own.cert, least: "1.3" });
  await expect.poll(server.asked).toBeGreaterThan(0);
});

test("one that speaks TLS 1.2 alone only where the operator has allowed it", async () => {
  const own = await makeCertificate({ hosts: ["127.0.0.1"] });
  const server = await endpoint(own, { maxVersion: "TLSv1.2" });
  source(`wss://127.0.0.1:${server.port}`, { ownCaPem: own.cert, least: "1.3" });
  await expect.poll(server.failed).toBeGreaterThan(1);
  expect(server.asked()).toBe(0);
  source(`wss://127.0.0.1:${server.port}`, { ownCaPem: own.cert, least: "1.2" });
  await expect.poll(server.asked).toBeGreaterThan(0);
});

test("localhost is asked in plaintext", async () => {
  const server = await endpoint(null);
  source(`ws://localhost:${server.port}`);
  await expect.poll(server.asked).toBeGreaterThan(0);
});
