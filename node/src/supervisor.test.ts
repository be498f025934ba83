import { expect, test } from "vitest";
import type { Role } from "./roles/role.ts";
import { supervise } from "./supervisor.ts";
import { SILENT } from "./telemetry/logger.ts";
import { createMetrics } from "./telemetry/metrics.ts";

const OPTIONS = { backoffMs: 1, maxBackoffMs: 2, calmMs: 60_000 };

function parts() {
  const metrics = createMetrics({ labels: {}, ofProcess: false });
  return { clock: { nowMs: () => Date.now() }, logger: SILENT, metrics };
}

test("a role that crashes starts again, and its crashes are counted", async () => {
  const stop = new AbortController();
  const given = parts();
  let starts = 0;
  const role: Role = {
    name: "claim",
    run: async () => {
      starts += 1;
      if (starts < 4) throw new Error("broken");
      stop.abort();
    },
  };
  await supervise(OPTIONS, given, role, stop.signal);
  expect(starts).toBe(4);
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
