import type { ToChild } from "../messages.ts";
import { serveOrAttack } from "../serve-or-attack.testing.ts";
import { becomeServer } from "./server/become-server.ts";
import { probe } from "./server/probe.ts";
import { runChannel } from "./server/run-channel.ts";
import { serverScripts } from "./server/server-scripts.ts";
import { warmUp } from "./server/warm-up.ts";

/** A fork server for `npm run soak`: honest and hostile runs come to the same one. */
const scripts = serverScripts();
const addon = becomeServer(() => warmUp(scripts));
try {
  const channel = runChannel(addon);
  const first = channel.read() as ToChild | undefined;
  if (first?.type === "probe") probe();
  else serveOrAttack(channel, first, { writeRaw: null, scripts });
  addon.exit(0);
} catch {
  addon.exit(1);
}
