import type { ToChild } from "../../messages.ts";
import { serveJob } from "../../serve-run.ts";
import { becomeServer } from "./become-server.ts";
import { probe } from "./probe.ts";
import { runChannel } from "./run-channel.ts";
import { serverScripts } from "./server-scripts.ts";
import { warmUp } from "./warm-up.ts";

const scripts = serverScripts();
const addon = becomeServer(() => warmUp(scripts));
// From here on: a run, in its container.
try {
  const channel = runChannel(addon);
  const first = channel.read() as ToChild | undefined;
  if (first?.type === "probe") probe();
  else serveJob(channel, first, scripts);
  addon.exit(0);
} catch {
  // Nothing may reach Node's own handlers: what they would wait for does not exist in a run.
  addon.exit(1);
}
