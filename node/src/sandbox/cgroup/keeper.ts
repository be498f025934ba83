import { spawn } from "node:child_process";
import { once } from "node:events";

/** Ends when the node has gone, and takes away what the node made and could not. */
export interface Keeper {
  close(): Promise<void>;
}

/**
 * Waits for the end of its input, then removes the folders given, which the node made, and the numbered ones of its runs in
 * them: groups, which the system lets nobody remove while a process is in them.
 */
const SCRIPT = `
while read -r _; do :; done
tries=0
while [ $tries -lt 300 ]; do
  tries=$((tries + 1))
  left=0
  for place in "$@"; do
    [ -d "$place" ] || continue
    rmdir "$place"/[0-9]*/ 2>/dev/null
    rmdir "$place" 2>/dev/null || left=1
  done
  [ $left = 0 ] && exit 0
  sleep 0.1
done
`;

/** Starts one, in a group of its own, so that whoever kills the node's does not reach it. */
export function startKeeper(folders: readonly string[]): Keeper {
  const child = spawn("/bin/sh", ["-c", SCRIPT, "keeper", ...folders], {
    ...{ cwd: "/", env: { PATH: "/usr/bin:/bin" }, detached: true },
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(child, "close").catch(() => undefined);
  child.stdin.on("error", () => undefined);
  // It must not keep the node from ending.
  child.unref();
  return {
    async close() {
      child.stdin.end();
      child.ref();
      await ended;
    },
  };
}
