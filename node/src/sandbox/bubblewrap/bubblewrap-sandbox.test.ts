import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { mustRun } from "../../must-run.testing.ts";
import { describeSandbox } from "../conformance-cases.testing.ts";
import { Leftovers } from "../leftovers.testing.ts";
import { openTestSandbox } from "../open.testing.ts";
import { bundle } from "../sandbox.testing.ts";

const at = (path: string): Promise<string> => bundle(new URL(path, import.meta.url));
const isHere = mustRun(existsSync("/usr/bin/bwrap"));

describe.skipIf(!isHere)("with bubblewrap installed", () => {
  describeSandbox({
    adapter: "bubblewrap",
    level: "container",
    pack: (child) => at(child === "runtime" ? "../child/main.ts" : "../hostile-child.testing.ts"),
    open: (packed) => openTestSandbox("bubblewrap", packed),
    weaknesses: () => ({}),
    speaksRaw: true,
  });

  test("each container has control groups of its own where they may be made", {
    timeout: 60_000,
  }, async (context) => {
    const packed = await at("../hostile-child.testing.ts");
    const leftovers = new Leftovers();
    const sandbox = await openTestSandbox("bubblewrap", packed);
    const hasGroups = sandbox.reason.includes("limits by control groups");
    const groups = leftovers.places().filter((place) => /\/deed-[^/]+\/\d+$/.test(place));
    // Of another's making, with a name like ours.
    const foreign = join(dirname(dirname(groups[0] ?? packed)), `deed-${process.pid}-foreign`);
    mkdirSync(foreign);
    await sandbox.close();
    await rm(dirname(packed), { recursive: true });
    expect(leftovers.places()).toEqual(hasGroups ? [foreign] : []);
    rmdirSync(foreign);
    if (!hasGroups) context.skip("no control group may be made here");
    expect(groups.length).toBeGreaterThan(0);
  });

  test("an ordinary user has the same containers", { timeout: 60_000 }, async (context) => {
    if (process.getuid?.() !== 0) context.skip("the suite above ran as an ordinary user");
    const program = await at("./ordinary-user.testing.ts");
    const child = await at("../child/main.ts");
    const ordinary = ["--reuid=60002", "--regid=60002", "--clear-groups", "--no-new-privs"];
    const { stdout } = await promisify(execFile)(
      "setpriv",
      [...ordinary, process.execPath, program, child],
      { cwd: "/" },
    );
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ uid: 60002, level: "container", result: { kind: "done" } },
      reason: expect.stringContaining("limits by rlimits alone"),
    });
    for (const path of [program, child]) await rm(dirname(path), { recursive: true });
  });
});
