import fc from "fast-check";
import { expect, test } from "vitest";
import { isLoopbackUrl } from "./loopback.ts";

test.each([
  "http://localhost:1",
  "http://LOCALHOST",
  "http://127.0.0.1",
  "http://127.255.3.4:80",
  "http://127.1",
  "http://2130706433",
  "http://0x7f000001",
  "http://0177.0.0.1",
  "ws://[::1]:8546",
  "http://[0:0:0:0:0:0:0:1]",
  "http://[::ffff:127.0.0.1]",
  "http://[::ffff:7f00:1]",
])("%s leads to this machine alone", (url) => {
  expect(isLoopbackUrl(url)).toBe(true);
});

test.each([
  "http://0.0.0.0",
  "http://0",
  "http://[::]",
  "http://[::ffff:0.0.0.0]",
  "http://[::ffff:10.0.0.1]",
  "http://[::127.0.0.1]",
  "http://[64:ff9b::127.0.0.1]",
  "http://[fe80::1]",
  "http://10.0.0.1",
  "http://126.255.255.255",
  "http://128.0.0.0",
  "http://localhost.example.com",
  "http://localhost.",
  "http://127.0.0.1.nip.io",
  "http://127.0.0.1@example.com",
  "http://example.com#127.0.0.1",
  "http://example.com/127.0.0.1",
])("%s may lead to another", (url) => {
  expect(isLoopbackUrl(url)).toBe(false);
});

test("of all IPv4 addresses, in every way to write them, just those of 127.0.0.0/8", () => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    fc.integer({ min: 0x7efffff0, max: 0x7f00000f }),
  );
  fc.assert(
    fc.property(number, (address) => {
      const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
      const ways = [
        `http://${bytes.join(".")}`,
        `http://${address}`,
        `http://0x${address.toString(16)}`,
        `http://${bytes.map((byte) => `0${byte.toString(8)}`).join(".")}`,
        `http://[::ffff:${bytes.join(".")}]`,
      ];
      for (const way of ways) expect(isLoopbackUrl(way)).toBe(bytes[0] === 127);
    }),
  );
});
