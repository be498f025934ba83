import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { processStat } from "./process-stat.ts";
import { watchUse } from "./stand-back.ts";

const isLinux = process.platform === "linux";
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function start(code: string): number {
  const child = spawn(process.execPath, ["-e", code], { detached: true, stdio: "ignore" });
  ends.push(async () => {
    child.kill("SIGKILL");
    await once(child, "close");
  });
  return child.pid!;
}

test.runIf(isLinux)(
  "one that computes on and on stands back, among its own and among sessions",
  {
    timeout: 40_000,
  },
  async () => {
    const pid = start("for (;;);");
    const watch = watchUse(pid);
    ends.push(async () => watch.close());
    await vi.waitFor(() => expect(getPriority(pid)).toBe(5), { timeout: 30_000 });
    const group = `/proc/${pid}/autogroup`;
    if (existsSync(group)) expect(readFileSync(group, "utf8")).toContain("nice 5");
  },
);

test.runIf(isLinux)("one that waits keeps its rank", { timeout: 40_000 }, async () => {
  const busy = start("for (;;);");
  const waiting = start("setInterval(() => {}, 1e6)");
  let before = -1;
  // It has come up when it computes no more.
  await vi.waitFor(
    () => {
      const { usedMs = 0 } = processStat(waiting) ?? {};
      const isSame = usedMs === before && usedMs > 0;
      before = usedMs;
      expect(isSame).toBe(true);
    },
    { timeout: 30_000, interval: 500 },
  );
  const rank = getPriority(waiting);
  const watches = [watchUse(waiting), watchUse(busy)];
  ends.push(async () => {
    for (const watch of watches) watch.close();
  });
  await vi.waitFor(() => expect(getPriority(busy)).toBe(5), { timeout: 30_000 });
  expect(getPriority(waiting)).toBe(rank);
});

test("of a process that has gone nothing is looked at", () => {
  expect(processStat(0)).toBe(null);
  watchUse(0).close();
});
