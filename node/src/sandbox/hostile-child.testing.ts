import { writeSync } from "node:fs";
import { BROKER_FD } from "./broker-fd.ts";
import { openChannel } from "./channel.ts";
import { actHostile } from "./hostile.testing.ts";

const channel = openChannel(BROKER_FD);
channel.write({ type: "ready" });
actHostile(channel, (bytes) => writeSync(BROKER_FD, bytes));
