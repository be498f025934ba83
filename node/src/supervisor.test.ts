import { expect, test } from "vitest";
import type { Role } from "./roles/role.ts";
import { supervise } from "./supervisor.ts";
import { keptLog } from "./telemetry/kept.testing.ts";
import { type Logger, SILENT } from "./telemetry/logger.ts";
import { createMetrics } from "./telemetry/metrics.ts";

const OPTIONS = { backoffMs: 1, maxBackoffMs: 2, calmMs: 60_000 };

function parts(logger: Logger = SILENT) {
  const metrics = createMetrics({ labels: {}, ofProcess: false });
  return { clock: { nowMs: () => Date.now() }, logger, metrics };
}

test("a role that crashes or ends starts again, and its crashes are told and counted", async () => {
  const stop = new AbortController();
  const { lines, logger } = keptLog();
  const given = parts(logger);
  let starts = 0;
  const role: Role = {
    name: "claim",
    run: async () => {
      starts += 1;
      if (starts < 4) throw new Error("broken");
      if (starts > 4) stop.abort();
    },
  };
  await supervise(OPTIONS, given, role, stop.signal);
  expect(starts).toBe(5);
  expect(lines.map(({ level, fields }) => [level, fields["code"], fields["role"]])).toEqual([
    ...Array(3).fill(["error", "ROLE_CRASHED", "claim"]),
    ["warn", "ROLE_ENDED", "claim"],
  ]);
  expect(await given.metrics.text()).toContain('deed_role_crashes_total{role="claim"} 3');
});

test("an error after the end is asked for is none", async () => {
  const stop = new AbortController();
  const given = parts();
  const role: Role = {
    name: "claim",
    run: () => {
      stop.abort();
      return Promise.reject(new Error("cut off"));
    },
  };
  await supervise(OPTIONS, given, role, stop.signal);
  expect(await given.metrics.text()).not.toContain("} 1");
});
