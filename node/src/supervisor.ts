import type { Clock, Role } from "./roles/role.ts";
import { Waker } from "./roles/waker.ts";
import type { Logger } from "./telemetry/logger.ts";
import type { Metrics } from "./telemetry/metrics.ts";

export interface SupervisorOptions {
  /** Wait after the first crash of a role; doubled with each further one. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  /** A role that ran so long without a crash starts over with the shortest wait. */
  readonly calmMs: number;
}

export interface SupervisorParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export const SUPERVISOR_DEFAULTS: SupervisorOptions = {
  backoffMs: 100,
  maxBackoffMs: 30_000,
  calmMs: 60_000,
};

/** Runs a role until the signal aborts; one that crashes starts again after a wait. Never rejects. */
export async function supervise(
  options: SupervisorOptions,
  parts: SupervisorParts,
  role: Role,
  signal: AbortSignal,
): Promise<void> {
  const { clock, logger, metrics } = parts;
  const crashes = metrics.counter("deed_role_crashes_total", "Crashes of a role's loop", ["role"]);
  let inARow = 0;
  while (!signal.aborted) {
    const startedMs = clock.nowMs();
    try {
      await role.run(signal);
      if (signal.aborted) return;
      logger.warn("Role ended by itself", { code: "ROLE_ENDED", role: role.name });
    } catch (error) {
      if (signal.aborted) return;
      crashes.inc({ role: role.name });
      logger.error("Role crashed", { code: "ROLE_CRASHED", role: role.name, error });
    }
    const nowMs = clock.nowMs();
    inARow = nowMs - startedMs >= options.calmMs ? 1 : inARow + 1;
    const waitMs = Math.min(options.maxBackoffMs, options.backoffMs * 2 ** (inARow - 1));
    await new Waker(clock).wait(nowMs + waitMs, signal);
  }
}
