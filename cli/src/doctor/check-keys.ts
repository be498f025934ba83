import type { NodeConfig } from "@deed/node";
import { type Finding, finding, findingOf } from "./finding.ts";

/** Where a node's keys are; of a token, what can be seen without a try of its PIN. */
export async function checkKeys(signer: NodeConfig["signer"]): Promise<readonly Finding[]> {
  if (signer.kind !== "spawn" || signer.keys === null) return [];
  const { pkcs11, awsKms } = signer.keys;
  const findings: Finding[] = [];
  if (pkcs11 !== undefined) findings.push(await findingOf("token", () => checkToken(pkcs11)));
  if (awsKms !== undefined) {
    const detail = `AWS KMS in ${awsKms.region}: not asked, each answer would count`;
    const remedy = "`deed node keys show --keys FILE` asks it.";
    findings.push(finding("cloud keys", "skipped", detail, remedy));
  }
  return findings;
}

async function checkToken(
  pkcs11: NonNullable<
    NonNullable<Extract<NodeConfig["signer"], { kind: "spawn" }>["keys"]>["pkcs11"]
  >,
): Promise<Finding> {
  const { examineToken, SignerError } = await import("@deed/node");
  const { tokens, missing, failure } = examineToken(pkcs11);
  if (failure !== null) {
    const shown = tokens === null ? "" : `; the library shows: ${tokens.join(", ") || "no token"}`;
    const { code, ...facts } = failure;
    const detail = `${code} ${JSON.stringify(facts)}${shown}`;
    return finding("token", "fail", detail, new SignerError(failure).remedy);
  }
  if (missing.length > 0) {
    const remedy = "Use a device, firmware or policy that allows them.";
    return finding("token", "fail", `${pkcs11.tokenLabel} lacks ${missing.join(", ")}`, remedy);
  }
  const detail = `${pkcs11.tokenLabel}: there, not locked, with every mechanism; no PIN was tried`;
  return finding("token", "ok", detail);
}
