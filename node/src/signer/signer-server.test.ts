import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SILENT } from "../telemetry/logger.ts";
import type { KeySigner } from "./key-signer.ts";
import { failureFrom } from "./signer.testing.ts";
import { SignerClient } from "./signer-client.ts";
import { SignerServer } from "./signer-server.ts";

// The server over a signer's double: faults that no real signer shows when it is asked to.

let directory: string;
let socketPath: string;
let clients: SignerClient[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "deed-signer-server-"));
  socketPath = join(directory, "run", "signer.sock");
  clients = [];
});
afterEach(() => {
  for (const client of clients) client.close();
  rmSync(directory, { recursive: true, force: true });
});

function withResolvers<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
} {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((yes) => {
    resolve = yes;
  });
  return { promise, resolve };
}

async function serve(
  status: KeySigner["status"],
  options: { readonly greetingMs?: number } = {},
): Promise<SignerServer> {
  const signer = { status, requireAudit: () => undefined, drain: () => Promise.resolve() };
  const parts = { signer: signer as unknown as KeySigner, logger: SILENT };
  const server = new SignerServer({ socketPath, token: "secret", ...options }, parts);
  await server.listen();
  return server;
}

function aClient(timeoutMs: number): SignerClient {
  const client = new SignerClient({ socketPath, token: "secret", timeoutMs, reconnectMs: 5 });
  clients.push(client);
  return client;
}

test("a defect is told by its kind alone, and the connection lives on", async () => {
  let asked = 0;
  const server = await serve(() => {
    asked += 1;
    // The greeting asks, too.
    if (asked === 2) throw new TypeError("with something secret");
    return { asked } as never;
  });
  const client = aClient(5_000);
  expect(await failureFrom(client.status())).toEqual({ code: "E_INTERNAL", reason: "TypeError" });
  expect(await client.status()).toEqual({ asked: 3 });
  await server.close();
});

test("a signer that is ending takes nothing new; who waits for it learns that it is away", async () => {
  const asked = withResolvers<void>();
  const answer = withResolvers<never>();
  const server = await serve(() => {
    asked.resolve();
    return answer.promise;
  });
  const socket = connect(socketPath);
  const lines = createInterface({ input: socket });
  const say = (request: object) => socket.write(`${JSON.stringify(request)}\n`);
  say({ id: 0, method: "hello", params: { version: 1, token: "secret" } });
  await asked.promise;
  const closed = server.close();
  say({ id: 1, method: "status" });
  const [line] = (await once(lines, "line")) as [string];
  expect(JSON.parse(line)).toEqual({ id: 1, error: { code: "E_CLOSING" } });
  answer.resolve({} as never);
  await closed;
  socket.destroy();
  const late = aClient(50);
  expect(await failureFrom(late.status())).toEqual({
    code: "E_UNAVAILABLE",
    reason: "timeout: ENOENT",
  });
  late.close();
  expect(await failureFrom(late.status())).toEqual({ code: "E_UNAVAILABLE", reason: "closed" });
});

/** Opens a connection, says something, waits for its end. @returns what it was told. */
async function stranger(text: string): Promise<string> {
  const socket = connect(socketPath);
  let told = "";
  socket.on("data", (part) => {
    told += String(part);
  });
  socket.on("error", () => undefined);
  socket.write(text);
  await once(socket, "close");
  return told;
}

const hello = (params: object) => `${JSON.stringify({ id: 0, method: "hello", params })}\n`;

test.each([
  ["no token", hello({ version: 1 })],
  ["a wrong token", hello({ version: 1, token: "secreT" })],
  ["a token with more behind it", hello({ version: 1, token: "secret " })],
  ["a token that is no text", hello({ version: 1, token: ["secret"] })],
  ["a request before the greeting", '{"id":1,"method":"status","params":{}}\n'],
])("%s is refused and the connection ended; nothing was asked of the signer", async (_, text) => {
  let asked = 0;
  const server = await serve(() => {
    asked += 1;
    return Promise.resolve({} as never);
  });
  expect(await stranger(text)).toContain('"code":"E_UNAUTHORISED"');
  expect(asked).toBe(0);
  await server.close();
});

test.each([
  ["no JSON", "hello\n"],
  ["more than a greeting", `{"id":0,"method":"hello","params":"${"x".repeat(5_000)}`],
  ["a number for a request", "7\n"],
])("%s ends the connection without a word", async (_, text) => {
  const server = await serve(() => Promise.resolve({} as never));
  expect(await stranger(text)).toBe("");
  await server.close();
});

test("who says nothing is put out, and a node is served beside a flood of connections", async () => {
  const server = await serve(() => Promise.resolve({ served: true } as never), { greetingMs: 300 });
  const flood = Array.from({ length: 300 }, () => stranger(""));
  const client = aClient(10_000);
  expect(await client.status()).toEqual({ served: true });
  expect(await Promise.all(flood)).toEqual(flood.map(() => ""));
  expect(await client.status()).toEqual({ served: true });
  await server.close();
});
