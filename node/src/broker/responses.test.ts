import { expect, test } from "vitest";
import { errorOf, openBench } from "./bench.testing.ts";

const { ask, serve, speak } = openBench();

test("a body beyond the cap is refused", async () => {
  const origin = await serve((_request, response) => {
    response.end("x".repeat(2_000));
  });
  const result = await ask(origin, { options: { responseBytes: 1_000 } });
  expect(result).toMatchObject({ status: 1, output: { error: { code: "BODY_TOO_LARGE" } } });
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

test("a compressed body is not unpacked", async () => {
  const origin = await serve((_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end("bomb");
  });
  expect(errorOf(await ask(origin))?.code).toBe("INVALID_RESPONSE");
});

test("too many or too large headers are refused", async () => {
  const many = await serve((_request, response) => {
    for (let i = 0; i < 200; i += 1) response.setHeader(`x-${i}`, "1");
    response.end();
  });
  expect(errorOf(await ask(many))?.code).toBe("INVALID_RESPONSE");
  const large = await serve((_request, response) => {
    response.setHeader("x-large", "z".repeat(20_000)).end();
  });
  expect(errorOf(await ask(large))?.code).toBe("INVALID_RESPONSE");
});

test("something that is not HTTP is an invalid response", async () => {
  const origin = await speak((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
  expect(errorOf(await ask(origin))?.code).toBe("INVALID_RESPONSE");
});

test("a server that never answers, or drips, meets the deadline", async () => {
  const silent = await speak(() => undefined);
  const step = { timeoutMs: 150 };
  expect(errorOf(await ask(silent, { step }))?.code).toBe("TIMEOUT");
  const dripping = await speak((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n");
    const drip = setInterval(() => socket.write("."), 20);
    socket.on("close", () => clearInterval(drip));
  });
  expect(errorOf(await ask(dripping, { step }))?.code).toBe("TIMEOUT");
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

test("compressed bombs of every kind are refused before their first byte is unpacked", async () => {
  for (const encoding of ["gzip", "br", "deflate", "zstd", "gzip, gzip", "GZIP", "x-gzip"]) {
    const origin = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding });
      const more = setInterval(() => response.write(Buffer.alloc(64 * 1024)), 1);
      response.on("close", () => clearInterval(more));
    });
    expect(errorOf(await ask(origin))?.code).toBe("INVALID_RESPONSE");
  }
});
