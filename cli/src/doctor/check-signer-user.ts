import { statSync } from "node:fs";
import type { NodeConfig } from "@deed/node";
import { type Finding, finding } from "./finding.ts";

const NAME = "signer's user";
const SEPARATE =
  "Run the signer as a user of its own: a node that root starts takes signer.uid; else start it apart and name signer.socket (docs/operate/keys.md).";

/** Can who takes over the node read its keys? @param own Number of this process's user; undefined where there are none. */
export function checkSignerUser(signer: NodeConfig["signer"], own: number | undefined): Finding {
  if (own === undefined) return finding(NAME, "skipped", "this system has no users by number");
  if (signer.kind === "socket") return checkSocket(signer.socketPath, own);
  if (signer.kind === "tls") return finding(NAME, "ok", `on another machine, ${signer.host}`);
  const { user } = signer;
  if (user === null || user.uid === own) {
    const detail = `the node's own (${own}): who takes over the node can read the keystore and its passphrase`;
    return finding(NAME, "warn", detail, SEPARATE);
  }
  if (own === 0) {
    const detail = `${user.uid}; the node runs as root, who can read everything`;
    return finding(NAME, "ok", detail);
  }
  return finding(NAME, "fail", `${user.uid}: only root can change to it`, "Remove signer.uid.");
}

/** For the embedded network, whose start decides by itself. */
export function checkNetworkUsers(own: number | undefined): Finding {
  const name = "users of signers";
  if (own === 0) return finding(name, "ok", "root: an embedded network gives each signer its own");
  const detail = "not root: in an embedded network signers share the nodes' user";
  return finding(name, "ok", detail);
}

function checkSocket(path: string, own: number): Finding {
  let uid: number;
  try {
    uid = statSync(path).uid;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const remedy =
      code === "EACCES"
        ? "The signer's clientGid must be a group of this user."
        : "Start the signer; it makes the socket.";
    return finding(NAME, "fail", `${path}: ${code ?? "unreadable"}`, remedy);
  }
  if (uid !== own) return finding(NAME, "ok", `${uid}, not the node's (${own})`);
  return finding(NAME, "warn", `the node's own (${own})`, SEPARATE);
}
