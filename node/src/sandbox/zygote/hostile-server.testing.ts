import { actHostile } from "../hostile.testing.ts";
import type { ToChild } from "../messages.ts";
import { oneBefore } from "../serve-or-attack.testing.ts";
import { serveJob } from "../serve-run.ts";
import { becomeServer } from "./server/become-server.ts";
import { probe } from "./server/probe.ts";
import { runChannel } from "./server/run-channel.ts";
import { SAMPLE_PLAN } from "./server/sample-job.ts";

/** A fork server whose runs do what their job's plan is named. The self-test's are as they should be. */
const addon = becomeServer(() => undefined);
try {
  const channel = runChannel(addon);
  const first = channel.read() as ToChild | undefined;
  if (first?.type === "probe") probe();
  else if (first?.type === "job" && first.plan.name === SAMPLE_PLAN.name) serveJob(channel, first);
  else actHostile({ ...channel, read: oneBefore(first, channel.read) }, null);
  addon.exit(0);
} catch {
  addon.exit(1);
}
