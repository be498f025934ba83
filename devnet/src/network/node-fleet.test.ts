import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NodeFleet } from "./node-fleet.ts";

// Two processes start from sources.
test("a node that did not come up can be started again, by another process", {
  timeout: 120_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), "deed-fleet-"));
  const fleet = new NodeFleet({ nodes: 1 });
  try {
    for (let time = 1; time <= 2; time += 1) {
      // The reason is each process's own: one that had ended before could not give any.
      await expect(fleet.start({ nodeNo: 1, directory, config: {} })).rejects.toThrow("CONFIG_");
    }
    expect(fleet.running).toEqual([]);
  } finally {
    await fleet.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
