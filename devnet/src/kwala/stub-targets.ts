import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { createServer as createPlainServer, type RequestListener, type Server } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import * as x509 from "@peculiar/x509";

/** One request as a stub of the targets got it. */
export interface TargetRequest {
  /** Scheme, host and port that the workflow names. */
  readonly origin: string;
  readonly path: string;
  readonly body: string;
  /** What it was answered. */
  readonly status: number;
}

export interface StubTargetsOptions {
  /** Scheme, host and port of each target. */
  readonly origins: readonly string[];
  /** URLs whose first request fails with 503: whoever calls them has to try again. */
  readonly failingFirst?: ReadonlySet<string>;
}

/** Servers that stand in for all targets that workflows name. */
export interface StubTargets {
  /** Where each origin leads, as `host:port`. */
  readonly places: Readonly<Record<string, string>>;
  /** Certificate that the one with TLS shows. */
  readonly pem: string;
  readonly requests: readonly TargetRequest[];
  close(): Promise<void>;
}

/** Starts them on loopback: one with TLS and a certificate for the hosts, one without. */
export async function startStubTargets(options: StubTargetsOptions): Promise<StubTargets> {
  const { origins, failingFirst = new Set() } = options;
  const { key, cert } = await certificateFor(origins.map((origin) => new URL(origin).hostname));
  const requests: TargetRequest[] = [];
  const failed = new Set<string>();
  const answer =
    (scheme: string): RequestListener =>
    async (request, response) => {
      let body = "";
      for await (const part of request) body += String(part);
      const origin = `${scheme}://${request.headers.host}`;
      const path = request.url ?? "";
      const url = `${origin}${path}`;
      const status = failingFirst.has(url) && !failed.has(url) ? 503 : 200;
      failed.add(url);
      requests.push({ origin, path, body, status });
      response.writeHead(status, { "content-type": "application/json" }).end("{}");
    };
  const withTls = createServer({ key, cert }, answer("https"));
  const plain = createPlainServer(answer("http"));
  const [tlsPlace, plainPlace] = await Promise.all([listen(withTls), listen(plain)]);
  return {
    places: Object.fromEntries(
      origins.map((origin) => [origin, origin.startsWith("https:") ? tlsPlace : plainPlace]),
    ),
    pem: cert,
    requests,
    close: async () => {
      await Promise.all([end(withTls), end(plain)]);
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function certificateFor(hosts: readonly string[]): Promise<{ key: string; cert: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    "sign",
    "verify",
  ])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=stub of all targets",
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
      extensions: [
        new x509.BasicConstraintsExtension(true),
        new x509.SubjectAlternativeNameExtension(
          [...new Set(hosts)].map((value) => ({ type: "dns" as const, value })),
        ),
      ],
    },
    // The library names the browser's type of what is the same object here.
    webcrypto as never,
  );
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"), cert: certificate.toString("pem") };
}
