import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { errorOf, openBench } from "./bench.testing.ts";

const { ask, serve, speak } = openBench();

test.each([
  ["in one piece", (response: ServerResponse, text: string) => response.end(text)],
  [
    "in chunks",
    (response: ServerResponse, text: string) => {
      for (const letter of text) response.write(letter);
      response.end();
    },
  ],
])("a body %s is read up to the cap and refused beyond it", async (_, answer) => {
  const options = { responseBytes: 100 };
  const sized = (length: number) =>
    serve((_request, response) => void answer(response, "x".repeat(length)));
  expect(await ask(await sized(100), { options })).toMatchObject({
    status: 0,
    output: { body: "x".repeat(100) },
  });
  expect(await ask(await sized(101), { options })).toMatchObject({
    status: 1,
    output: { error: { code: "BODY_TOO_LARGE", message: "more than 100 bytes" } },
  });
});

test("a body that says it is too large is refused before a byte of it comes", async () => {
  const origin = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n");
  });
  expect(errorOf(await ask(origin))?.code).toBe("BODY_TOO_LARGE");
});

test("what has no body may say how long one would be", async () => {
  const origin = await serve((_request, response) => {
    response.setHeader("content-length", "10000000").end();
  });
  expect(await ask(origin, { step: { method: "HEAD" } })).toMatchObject({
    status: 0,
    output: { status: 200, body: "" },
  });
});

test("an endless body ends at the cap", async () => {
  const origin = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    const more = (): void => {
      while (!socket.destroyed && socket.write(`1000\r\n${"y".repeat(4096)}\r\n`));
    };
    socket.on("drain", more);
    more();
  });
  expect(errorOf(await ask(origin))?.code).toBe("BODY_TOO_LARGE");
});

test("something that is not HTTP is an invalid response", async () => {
  const origin = await speak((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
  expect(errorOf(await ask(origin))?.code).toBe("INVALID_RESPONSE");
});

test("a half-closed and a reset connection are an invalid response, not a crash", async () => {
  const half = await speak((socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")),
  );
  expect(errorOf(await ask(half))?.code).toBe("INVALID_RESPONSE");
  const reset = await speak((socket) => socket.once("data", () => socket.resetAndDestroy()));
  expect(errorOf(await ask(reset))?.code).toBe("INVALID_RESPONSE");
});

test("headers that never end, and interim answers that never end, meet their limits", async () => {
  const endless = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const more = setInterval(() => socket.write(`x-${Math.random()}: ${"z".repeat(4_000)}\r\n`), 1);
    socket.on("close", () => clearInterval(more));
  });
  expect(errorOf(await ask(endless))?.code).toBe("INVALID_RESPONSE");
  const interim = await speak((socket) => {
    const more = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"), 1);
    socket.on("close", () => clearInterval(more));
  });
  expect(errorOf(await ask(interim, { step: { timeoutMs: 200 } }))?.code).toBe("TIMEOUT");
});

test("a chunk that claims to be huge, and two lengths that differ, are no response", async () => {
  const huge = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nx");
  });
  expect(errorOf(await ask(huge, { step: { timeoutMs: 500 } }))?.code).toMatch(
    /^(INVALID_RESPONSE|TIMEOUT|BODY_TOO_LARGE)$/,
  );
  const two = await speak((socket) => {
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab");
  });
  expect(errorOf(await ask(two))?.code).toBe("INVALID_RESPONSE");
});

const BOMB = Buffer.alloc(64 * 1024 * 1024);

test.each([
  ["gzip", gzipSync(BOMB)],
  ["x-gzip", gzipSync(BOMB)],
  ["GZIP", gzipSync(BOMB)],
  ["gzip, gzip", gzipSync(gzipSync(BOMB))],
  ["identity, gzip", gzipSync(BOMB)],
  ["deflate", deflateSync(BOMB)],
  ["br", brotliCompressSync(BOMB, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ["zstd", Buffer.from("28b52ffd", "hex")],
  ["unheard-of", Buffer.alloc(9)],
])("a body that is encoded by %s is refused and never unpacked", async (encoding, bomb) => {
  const asked: unknown[] = [];
  const origin = await serve((request, response) => {
    asked.push(request.headers["accept-encoding"]);
    response.writeHead(200, { "content-encoding": encoding }).end(bomb);
  });
  expect(await ask(origin)).toMatchObject({
    status: 1,
    output: {
      error: { code: "INVALID_RESPONSE", message: "content-encoding was not asked for" },
    },
  });
  expect(asked).toEqual(["identity"]);
});

test("a bomb that does not say what it is comes as the bytes that it is", async () => {
  const bomb = gzipSync(BOMB);
  const origin = await serve((_request, response) => void response.end(bomb));
  const { output } = await ask(origin);
  expect("body" in output && output.body).toBe(bomb.toString("utf8"));
});

test("a body that is compressed by its transfer is refused", async () => {
  const origin = await speak((socket) => {
    socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
  });
  expect(errorOf(await ask(origin))?.code).toBe("INVALID_RESPONSE");
});

test("a head has no more lines and bytes than allowed, whatever their names", async () => {
  const lines = (count: number, name: (index: number) => string) =>
    speak((socket) => {
      const head = Array.from({ length: count }, (_, index) => `${name(index)}: 1\r\n`).join("");
      socket.end(`HTTP/1.1 200 OK\r\n${head}content-length: 0\r\n\r\n`);
    });
  const own = (index: number) => `x-${index}`;
  expect(errorOf(await ask(await lines(99, own)))).toBe(null);
  expect(errorOf(await ask(await lines(100, own)))?.message).toBe("too many headers");
  expect(errorOf(await ask(await lines(100, () => "set-cookie")))?.message).toBe(
    "too many headers",
  );
  const large = await serve((_request, response) => {
    response.setHeader("x-large", "z".repeat(20_000)).end();
  });
  expect(errorOf(await ask(large))?.code).toBe("INVALID_RESPONSE");
});

const drip = (socket: Socket, text: string, everyMs: number): void => {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.on("close", () => clearInterval(timer));
};

test("a server that says nothing meets the cap for the first byte", async () => {
  const silent = await speak(() => undefined);
  expect(errorOf(await ask(silent, { options: { firstByteMs: 50 } }))?.code).toBe("TIMEOUT");
  const slow = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nx-a: ");
    drip(socket, "z", 5);
  });
  // A head that goes on for ever is no first byte of an answer.
  expect(errorOf(await ask(slow, { options: { firstByteMs: 50 } }))?.code).toBe("TIMEOUT");
});

test("a server that stops in the middle meets the cap between two bytes", async () => {
  const stopped = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc");
  });
  expect(errorOf(await ask(stopped, { options: { betweenBytesMs: 50 } }))?.code).toBe("TIMEOUT");
});

test("a server that drips meets the cap for all, which is the step's own or the node's", async () => {
  const dripping = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
    drip(socket, ".", 5);
  });
  expect(errorOf(await ask(dripping, { step: { timeoutMs: 150 } }))?.code).toBe("TIMEOUT");
  expect(errorOf(await ask(dripping, { options: { totalMs: 150 } }))?.code).toBe("TIMEOUT");
});

test("a handshake that does not end meets the cap for connections", async () => {
  const plain = await speak((socket) => void socket.resume());
  const secured = plain.replace("http:", "https:");
  const result = await ask(secured, { options: { connectMs: 50 } });
  // Nothing was sent: it may be tried again, also where it may run at most once.
  expect(errorOf(result)?.code).toBe("UNREACHABLE");
});

test("a name server that does not answer meets the cap for connections", async () => {
  const result = await ask("http://name.example.com", {
    options: { privateOrigins: new Set(), connectMs: 50 },
    collaborators: { resolve: () => undefined },
  });
  expect(errorOf(result)?.code).toBe("UNREACHABLE");
});

test.each([
  ["a switch of protocols", "101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade"],
  ["a length and chunks", "200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked"],
  ["a negative length", "200 OK\r\ncontent-length: -1"],
  ["a length in hexadecimal", "200 OK\r\ncontent-length: 0x3"],
  ["a folded line", "200 OK\r\nx-a: 1\r\n b: 2\r\ncontent-length: 3"],
  ["a space before the colon", "200 OK\r\ncontent-length : 3"],
  ["a bare line feed", "200 OK\nx-a: 1\ncontent-length: 3"],
  ["a status of two digits", "20 OK\r\ncontent-length: 3"],
])("an answer with %s is none", async (_, head) => {
  const origin = await speak((socket) => {
    socket.once("data", () => socket.end(`HTTP/1.1 ${head}\r\n\r\nabc`));
  });
  expect(errorOf(await ask(origin, { step: { timeoutMs: 1_000 } }))?.code).toBe("INVALID_RESPONSE");
});

test("trailers are no headers", async () => {
  const origin = await speak((socket) => {
    const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    socket.once("data", () =>
      socket.write(`${head}2\r\nhi\r\n0\r\ncontent-type: text/evil\r\n\r\n`),
    );
  });
  expect((await ask(origin)).output).toEqual({ status: 200, headers: {}, body: "hi" });
});
