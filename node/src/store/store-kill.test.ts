import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { selfEntry } from "../self-entry.ts";
import { openTestStore, temporaryDirectory } from "./store.testing.ts";
import type { KillLine } from "./store-kill.testing.ts";

// Kills after `acknowledged` rows; gives the rows that the process had been told are kept.
async function writeUntilKilled(path: string, acknowledged: number): Promise<string[]> {
  const entry = selfEntry("./store-kill.testing", import.meta.url);
  const child = spawn(process.execPath, [...entry.execArgv, entry.path, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const keys: string[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const line = text as KillLine;
    if (line === "ready") continue;
    keys.push(line);
    if (keys.length === acknowledged) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return keys;
}

test("acknowledged writes survive a kill", { timeout: 60_000 }, async () => {
  const directory = temporaryDirectory();
  try {
    const path = join(directory.path, "node.db");
    const kept = new Set<string>();
    for (const acknowledged of [40, 203, 77]) {
      for (const key of await writeUntilKilled(path, acknowledged)) kept.add(key);
    }
    const store = openTestStore(path);
    const missing = [...kept].filter((key) => store.read.meta.value(key) === null);
    store.close();
    expect(kept.size).toBeGreaterThanOrEqual(320);
    expect(missing).toEqual([]);
  } finally {
    directory.remove();
  }
});
