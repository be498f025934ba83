import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { selfEntry } from "../self-entry.ts";
import { openBench } from "./bench.testing.ts";
import { makeCertificate } from "./certificate.testing.ts";

// What an operator's shell or service file may hold for other programs, or somebody else may have put there.

const { closing, listen, serve, speak } = openBench();

async function askWith(
  environment: Readonly<Record<string, string>>,
  flags: readonly string[],
  ...urls: readonly string[]
): Promise<Record<string, string>> {
  const { execArgv, path } = selfEntry("./environment.testing", import.meta.url);
  const args = [...execArgv, ...flags, path, ...urls];
  const run = promisify(execFile)(process.execPath, args, { env: { ...environment } });
  return JSON.parse((await run).stdout) as Record<string, string>;
}

test("proxies of the environment are not used", { timeout: 60_000 }, async () => {
  let asked = 0;
  const proxy = await speak(() => {
    asked += 1;
  });
  const origin = await serve((_request, response) => response.end("straight"));
  const names = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
  ];
  const environment = Object.fromEntries(names.map((name) => [name, proxy]));
  const answers = await askWith({ ...environment, NODE_USE_ENV_PROXY: "1" }, [], `${origin}/`);
  expect(answers).toEqual({ [`${origin}/`]: "straight" });
  expect(asked).toBe(0);
});

test("neither environment nor flags add an authority or turn verification off", {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "deed-broker-"));
  closing.push(() => rmSync(folder, { recursive: true }));
  const authority = await makeCertificate({ isAuthority: true });
  const { key, cert } = await makeCertificate({ hosts: ["127.0.0.1"], issuer: authority });
  const origin = await listen(
    createTlsServer({ key, cert }, (_request, response) => response.end("read")),
    "https",
  );
  const ca = join(folder, "ca.pem");
  const keys = join(folder, "keys.log");
  writeFileSync(ca, authority.cert);
  const environment = {
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
    NODE_EXTRA_CA_CERTS: ca,
    SSL_CERT_FILE: ca,
    SSLKEYLOGFILE: keys,
    NODE_NO_WARNINGS: "1",
  };
  const flags = ["--use-openssl-ca", "--tls-min-v1.0"];
  expect(await askWith(environment, flags, `${origin}/`)).toEqual({ [`${origin}/`]: "TLS" });
  expect(existsSync(keys)).toBe(false);
});

test("flags bring no old version of TLS back", { timeout: 60_000 }, async () => {
  const { key, cert } = await makeCertificate({ hosts: ["127.0.0.1"], key: "RSA-2048" });
  const versions: string[] = [];
  const server = createTlsServer({
    ...{ key, cert, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" },
  });
  server.on("secureConnection", (socket) => versions.push(socket.getProtocol() ?? ""));
  const origin = await listen(server, "https");
  const flags = ["--tls-min-v1.0", "--tls-cipher-list=DEFAULT:@SECLEVEL=0"];
  const environment = { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" };
  expect(await askWith(environment, flags, `${origin}/`)).toEqual({ [`${origin}/`]: "TLS" });
  expect(versions).toEqual([]);
});
