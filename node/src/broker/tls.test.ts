import { createServer as createTlsServer } from "node:https";
import type { TLSSocket, TlsOptions } from "node:tls";
import type { EffectErrorCode } from "@deed/protocol/runtime";
import { expect, test } from "vitest";
import { errorOf, never, openBench, type Setting } from "./bench.testing.ts";
import { jobOf } from "./broker.testing.ts";
import { type CertificateOptions, makeCertificate } from "./certificate.testing.ts";
import { openLoopbackDial, resolveTo } from "./loopback-dial.testing.ts";

const { ask, listen, openBroker, speak } = openBench();

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const DAY_MS = 86_400_000;

const serveTls = (options: TlsOptions): Promise<string> =>
  listen(
    createTlsServer(options, (_request, response) => response.end("safe")),
    "https",
  );

interface Chain {
  readonly server: TlsOptions;
  readonly ca: string;
}

/** A server's certificate, from an authority of its own. */
async function chainOf(
  leaf: CertificateOptions = {},
  root: CertificateOptions = {},
): Promise<Chain> {
  const authority = await makeCertificate({ isAuthority: true, ...root });
  const { key, cert } = await makeCertificate({
    hosts: ["127.0.0.1"],
    issuer: authority,
    ...leaf,
  });
  return { server: { key, cert }, ca: authority.cert };
}

async function codeOf(
  { server, ca }: Chain,
  setting: Setting["options"] = {},
): Promise<EffectErrorCode | null> {
  const origin = await serveTls(server);
  return errorOf(await ask(origin, { options: { extraCa: ca, ...setting } }))?.code ?? null;
}

test("a certificate of the operator's authority is trusted; of an unknown one it is not", async () => {
  const chain = await chainOf();
  expect(await codeOf(chain)).toBe(null);
  expect(await codeOf(chain, { extraCa: null })).toBe("TLS");
});

test.each<[string, CertificateOptions]>([
  ["has expired", { notAfter: new Date(Date.now() - 60_000) }],
  ["is not valid yet", { notBefore: new Date(Date.now() + DAY_MS / 24 / 2) }],
  ["is for another name", { hosts: ["other.example.com"] }],
  ["is for another address", { hosts: ["127.0.0.2"] }],
  ["is for nobody", { hosts: [] }],
  ["is for clients", { purposes: [CLIENT_AUTH] }],
  ["has a key of 1024 bits", { key: "RSA-1024" }],
])("a certificate that %s is refused", async (_, leaf) => {
  const { server, ca } = await chainOf(leaf);
  // The server would send it.
  const lax = { ...server, ciphers: "DEFAULT:@SECLEVEL=0" };
  expect(await codeOf({ server: lax, ca })).toBe("TLS");
});

test("a certificate that vouches for itself is refused", async () => {
  const { key, cert } = await makeCertificate({ hosts: ["127.0.0.1"] });
  const other = await makeCertificate({ isAuthority: true });
  expect(await codeOf({ server: { key, cert }, ca: other.cert })).toBe("TLS");
});

test("a certificate whose issuer is no authority is refused", async () => {
  const root = await makeCertificate({ isAuthority: true });
  const middle = await makeCertificate({ hosts: ["a.example.com"], issuer: root });
  const leaf = await makeCertificate({ hosts: ["127.0.0.1"], issuer: middle });
  const server = { key: leaf.key, cert: `${leaf.cert}\n${middle.cert}` };
  expect(await codeOf({ server, ca: root.cert })).toBe("TLS");
});

test("a chain that is signed by SHA-1 is refused", async () => {
  const root = await makeCertificate({ isAuthority: true, key: "RSA-2048", hash: "SHA-1" });
  const leaf = await makeCertificate({ hosts: ["127.0.0.1"], issuer: root, hash: "SHA-1" });
  const server = { key: leaf.key, cert: leaf.cert, ciphers: "DEFAULT:@SECLEVEL=0" };
  expect(await codeOf({ server, ca: root.cert })).toBe("TLS");
});

test.each([
  ["TLS 1.0", "TLSv1"],
  ["TLS 1.1", "TLSv1.1"],
] as const)("%s is refused", async (_, version) => {
  const { server, ca } = await chainOf({ key: "RSA-2048" }, { key: "RSA-2048" });
  const old = { minVersion: version, maxVersion: version, ciphers: "DEFAULT:@SECLEVEL=0" } as const;
  const origin = await serveTls({ ...server, ...old });
  expect(errorOf(await ask(origin, { options: { extraCa: ca } }))?.code).toBe("TLS");
});

test.each(["TLSv1.2", "TLSv1.3"] as const)("%s is spoken", async (version) => {
  const { server, ca } = await chainOf();
  const both = { minVersion: version, maxVersion: version };
  expect(await codeOf({ server: { ...server, ...both }, ca })).toBe(null);
});

test("weak ciphers and anonymous servers are refused", async () => {
  for (const ciphers of ["aNULL:@SECLEVEL=0", "eNULL:@SECLEVEL=0", "AES128-SHA:@SECLEVEL=0"]) {
    const { server, ca } = await chainOf();
    const weak = { ciphers, maxVersion: "TLSv1.2" } as const;
    expect(await codeOf({ server: { ...server, ...weak }, ca })).toBe("TLS");
  }
});

test("a server that speaks no TLS is no TLS, and hears nothing of the request", async () => {
  const heard: Buffer[] = [];
  const plain = await speak((socket) => {
    socket.on("data", (chunk) => heard.push(chunk));
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi");
  });
  const result = await ask(plain.replace("http:", "https:"));
  expect(errorOf(result)?.code).toBe("TLS");
  expect(Buffer.concat(heard).toString("latin1")).not.toContain("HTTP/1.1");
});

test("the name is said in the handshake, an address is not", async () => {
  const { server, ca } = await chainOf({ hosts: ["api.example.com", "127.0.0.1"] });
  const said: (string | false)[] = [];
  const listening = createTlsServer(server, (request, response) => {
    said.push((request.socket as TLSSocket).servername ?? false);
    response.end();
  });
  const origin = await listen(listening, "https");
  const place = { host: "127.0.0.1", port: Number(new URL(origin).port) };
  const targets = new Map([["https://api.example.com", place]]);
  await ask("https://api.example.com", { options: { extraCa: ca, targets } });
  await ask(origin, { options: { extraCa: ca } });
  expect(said).toEqual(["api.example.com", false]);
});

test("an origin leads where the operator says; the certificate must be its name's all the same", async () => {
  const { server, ca } = await chainOf({ hosts: ["api.example.com"] });
  const hosts: string[] = [];
  const local = await listen(
    createTlsServer(server, (request, response) => {
      hosts.push(request.headers.host ?? "");
      response.end("here");
    }),
    "https",
  );
  const place = { host: "127.0.0.1", port: Number(new URL(local).port) };
  const led = (origin: string, extraCa: string | null) =>
    ask(origin, { options: { extraCa, targets: new Map([[origin, place]]) } });
  expect(await led("https://api.example.com", ca)).toMatchObject({ output: { body: "here" } });
  expect(hosts).toEqual(["api.example.com"]);
  expect(errorOf(await led("https://api.example.com", null))?.code).toBe("TLS");
  expect(errorOf(await led("https://other.example.com", ca))?.code).toBe("TLS");
});

test("the operator's authority vouches for what the operator lists, and for nothing else", async () => {
  const { server, ca } = await chainOf({ hosts: ["api.example.com"] });
  const local = await serveTls(server);
  const port = Number(new URL(local).port);
  const origin = `https://api.example.com:${port}`;
  // An address that counts as public, with a server on loopback behind it.
  const led = (privateOrigins: readonly string[]) =>
    ask(origin, {
      options: { extraCa: ca, privateOrigins: new Set(privateOrigins) },
      collaborators: { resolve: resolveTo("93.184.216.34"), dial: openLoopbackDial().dial },
    });
  expect(errorOf(await led([]))?.code).toBe("TLS");
  expect(await led([origin])).toMatchObject({ output: { body: "safe" } });
});

test("sessions are not taken up again", async () => {
  const { server, ca } = await chainOf();
  const reused: boolean[] = [];
  const listening = createTlsServer(server, (request, response) => {
    reused.push((request.socket as TLSSocket).isSessionReused());
    response.setHeader("connection", "close").end();
  });
  const origin = await listen(listening, "https");
  const { broker, plan, effect } = openBroker(origin, { options: { extraCa: ca } });
  const { handle } = broker.open(jobOf(plan));
  for (let times = 0; times < 3; times += 1) await handle(effect, never);
  expect(reused).toEqual([false, false, false]);
});

test("HTTP/2 is not offered", async () => {
  const { server, ca } = await chainOf();
  const spoken: (string | false | null)[] = [];
  const listening = createTlsServer(
    { ...server, ALPNProtocols: ["h2", "http/1.1"] },
    (request, response) => {
      spoken.push((request.socket as TLSSocket).alpnProtocol);
      response.end();
    },
  );
  const origin = await listen(listening, "https");
  expect(errorOf(await ask(origin, { options: { extraCa: ca } }))).toBe(null);
  expect(spoken).toEqual(["http/1.1"]);
});
