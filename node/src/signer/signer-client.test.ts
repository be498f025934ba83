import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SignerClient } from "./signer-client.ts";
import { SignerError } from "./signer-error.ts";

/** Somebody else where the signer's socket should be. */
async function impostor(answer: string): Promise<{ readonly path: string; asked(): number }> {
  const folder = mkdtempSync(join(tmpdir(), "deed-impostor-"));
  const sockets = new Set<Socket>();
  let asked = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => {
      asked += 1;
      socket.write(answer);
    });
  });
  const path = join(folder, "s");
  server.listen(path);
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { path, asked: () => asked };
}

test.each([
  ["text that is no JSON", "220 mail.example ESMTP\r\n"],
  ["JSON that is no reply", "null\n"],
  ["a reply without a number", '{"result":{}}\n'],
  ["an error without a code", '{"id":0,"error":"no"}\n'],
  ["a number that is none", '{"id":0,"result":{"fault":"one"}}\n'],
])("%s ends a request with a code and its reason, and nothing else", async (_, answer) => {
  const { path, asked } = await impostor(answer);
  const client = new SignerClient({ socketPath: path, token: "t", timeoutMs: 400 });
  onTestFinished(() => client.close());
  const error = await client.status().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SignerError);
  expect((error as SignerError).failure).toEqual({
    code: "E_UNAVAILABLE",
    reason: "timeout: what answers is not a signer",
  });
  expect(asked()).toBeGreaterThan(0);
});
