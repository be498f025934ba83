import { type Finding, finding } from "./finding.ts";

/** Starts the sandbox as a node would, and says which level it has and what that lacks here. */
export async function checkSandbox(): Promise<Finding> {
  // Loaded here: no other part of the command line needs a node's code.
  const { openProcessSandbox } = await import("@deed/node");
  const sandbox = await openProcessSandbox();
  const { level, reason } = sandbox;
  await sandbox.close();
  const isWhole = !reason.includes(", without ");
  const remedy = isWhole
    ? null
    : "On Linux, unshare, setpriv and prlimit of util-linux, and user namespaces, give the rest.";
  return finding("sandbox", isWhole ? "ok" : "warn", `${level}: ${reason}`, remedy);
}
