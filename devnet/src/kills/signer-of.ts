import { execFileSync } from "node:child_process";

/** The signer's process below a node's. Errors: RangeError, when there is none. */
export function signerOf(nodePid: number): number {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  for (const row of rows.split("\n")) {
    const [, child, parent, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    if (Number(parent) === nodePid && args?.includes("signer")) return Number(child);
  }
  throw new RangeError(`process ${nodePid} has no signer`);
}
