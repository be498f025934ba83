import { BROKER_FD } from "../broker-fd.ts";
import { openChannel } from "../channel.ts";
import { serveRun } from "../serve-run.ts";

const channel = openChannel(BROKER_FD);
serveRun(channel);
// Waits to be killed; ends by itself when the node has gone.
while (channel.read() !== undefined);
process.exit(0);
