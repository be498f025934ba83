import { writeSync } from "node:fs";
import { BROKER_FD } from "./broker-fd.ts";
import { openChannel } from "./channel.ts";
import type { ToChild } from "./messages.ts";
import { serveOrAttack } from "./serve-or-attack.testing.ts";

/** A child for `npm run soak`: honest and hostile runs come to the same pool. */
const channel = openChannel(BROKER_FD);
channel.write({ type: "ready" });
serveOrAttack(channel, channel.read() as ToChild | undefined, {
  writeRaw: (bytes) => writeSync(BROKER_FD, bytes),
  scripts: null,
});
