import { createServer as createTlsServer } from "node:https";
import { expect, test } from "vitest";
import { errorOf, openBench } from "./bench.testing.ts";
import { selfSigned } from "./self-signed.testing.ts";

const { ask, listen } = openBench();

test("a wrong certificate is a TLS error; the operator's authority makes it right", async () => {
  const { key, cert } = await selfSigned("127.0.0.1");
  const origin = await listen(
    createTlsServer({ key, cert }, (_request, response) => response.end("safe")),
    "https",
  );
  expect(errorOf(await ask(origin))?.code).toBe("TLS");
  expect(await ask(origin, { options: { extraCa: cert } })).toMatchObject({
    output: { body: "safe" },
  });
  const other = await selfSigned("other.example.com");
  const wrongName = await listen(
    createTlsServer({ key: other.key, cert: other.cert }, (_request, response) => response.end()),
    "https",
  );
  expect(errorOf(await ask(wrongName, { options: { extraCa: other.cert } }))?.code).toBe("TLS");
});

test("an origin leads where the operator says; the certificate must be its name's all the same", async () => {
  const { key, cert } = await selfSigned("api.example.com");
  const hosts: string[] = [];
  const local = await listen(
    createTlsServer({ key, cert }, (request, response) => {
      hosts.push(request.headers.host ?? "");
      response.end("here");
    }),
    "https",
  );
  const place = { host: "127.0.0.1", port: Number(new URL(local).port) };
  const led = (origin: string, extraCa: string | null) =>
    ask(origin, { options: { extraCa, targets: new Map([[origin, place]]) } });
  expect(await led("https://api.example.com", cert)).toMatchObject({ output: { body: "here" } });
  expect(hosts).toEqual(["api.example.com"]);
  expect(errorOf(await led("https://api.example.com", null))?.code).toBe("TLS");
  expect(errorOf(await led("https://other.example.com", cert))?.code).toBe("TLS");
});
