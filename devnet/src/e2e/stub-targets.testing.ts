import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import * as x509 from "@peculiar/x509";

/** One request as a stub of the targets got it. */
export interface TargetRequest {
  readonly origin: string;
  readonly path: string;
  readonly body: string;
}

/** A server that stands in for all targets that workflows name. */
export interface StubTargets {
  /** `host:port` that every origin leads to. */
  readonly place: string;
  /** Certificate that it shows. */
  readonly pem: string;
  readonly requests: readonly TargetRequest[];
  close(): Promise<void>;
}

/** Starts it on loopback, with a certificate for the hosts. */
export async function startStubTargets(hosts: readonly string[]): Promise<StubTargets> {
  const { key, cert } = await certificateFor(hosts);
  const requests: TargetRequest[] = [];
  const server = createServer({ key, cert }, async (request, response) => {
    let body = "";
    for await (const part of request) body += String(part);
    requests.push({ origin: `https://${request.headers.host}`, path: request.url ?? "", body });
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    place: `127.0.0.1:${port}`,
    pem: cert,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
          hosts.map((value) => ({ type: "dns" as const, value })),
        ),
      ],
    },
    webcrypto as never,
  );
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"), cert: certificate.toString("pem") };
}
