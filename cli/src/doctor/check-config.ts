import { statSync } from "node:fs";
import type { NodeConfig } from "@deed/node";
import { checkKeys } from "./check-keys.ts";
import { checkPort } from "./check-machine.ts";
import { checkSignerUser } from "./check-signer-user.ts";
import { type Finding, finding } from "./finding.ts";

/** What a node's configuration names. */
export async function checkConfig(path: string, config: NodeConfig): Promise<readonly Finding[]> {
  const { nodeNo, roles, peers, api, signer } = config;
  return [
    finding("configuration", "ok", `${path}: node ${nodeNo}, ${roles.join(" and ")}`),
    await checkPort("peer port", peers.host, peers.port),
    ...(api === null ? [] : [await checkPort("API port", api.host, api.port)]),
    ...(signer.kind === "spawn" && signer.passphraseFile !== null
      ? [checkSecret("passphrase file", signer.passphraseFile)]
      : []),
    ...(signer.kind !== "spawn" ? [checkSecret("signer's token", signer.tokenPath, 0o027)] : []),
    ...(await checkKeys(signer)),
    checkSignerUser(signer, process.getuid?.()),
  ];
}

/** @param closed What nobody may do; a signer's token may be a group's to read. */
function checkSecret(name: string, path: string, closed: number = 0o077): Finding {
  let mode: number;
  try {
    mode = statSync(path).mode;
  } catch (error) {
    return finding(
      name,
      "fail",
      `${path}: ${(error as Error).message}`,
      "Name a file that is there.",
    );
  }
  if ((mode & closed) === 0) return finding(name, "ok", path);
  return finding(name, "warn", `${path} can be read by other users`, `chmod 600 ${path}`);
}
