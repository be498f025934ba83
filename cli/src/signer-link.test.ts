import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deedHere, temporaryFolder } from "./deed.testing.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const link = (...args: readonly string[]) =>
  deedHere([
    "signer",
    "link",
    join(folder.path, "link"),
    "--host",
    "far.example",
    "--json",
    ...args,
  ]);

test("both ends of a link to a signer: keys for their owner alone, and each named in the other's configuration", async () => {
  const { stdout, exitCode } = await link("--port", "7600", "--days", "10");
  expect(exitCode).toBe(0);
  const { node, signer } = JSON.parse(stdout) as {
    readonly node: { readonly signer: Record<string, unknown> };
    readonly signer: { readonly remote: Record<string, unknown> };
  };
  expect(node.signer).toMatchObject({ host: "far.example", port: 7600 });
  const certificates = [node.signer["certFile"], signer.remote["certPath"]].map(
    (path) => new X509Certificate(readFileSync(String(path))),
  );
  expect(new Set(certificates.map(({ serialNumber }) => serialNumber)).size).toBe(2);
  for (const certificate of certificates) {
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    expect(days > 9.9 && days < 10.1).toBe(true);
  }
  expect(node.signer["signerKeys"]).not.toEqual(signer.remote["otherKeys"]);
  for (const path of [node.signer["keyFile"], signer.remote["keyPath"]]) {
    expect(statSync(String(path)).mode & 0o777).toBe(0o600);
  }
});

test("a link that is there is left alone, and what makes no sense is refused", async () => {
  await link();
  expect(JSON.parse((await link()).stdout)).toMatchObject({ error: { code: "CLI_FILE_EXISTS" } });
  for (const wrong of [
    ["--port", "70000"],
    ["--days", "0"],
  ]) {
    expect((await link(...wrong)).exitCode).toBe(2);
  }
});
