import { openSync } from "node:fs";
import type { Channel } from "../../channel.ts";
import type { ToChild } from "../../messages.ts";
import { serveJob } from "../../serve-run.ts";
import { becomeServer } from "./become-server.ts";
import { warmUp } from "./warm-up.ts";

const addon = becomeServer(warmUp);
// From here on: a run, in its container.
const channel: Channel = {
  read() {
    const text = addon.receive();
    return text === undefined ? undefined : JSON.parse(text);
  },
  write(message) {
    addon.send(JSON.stringify(message));
  },
};
try {
  const first = channel.read() as ToChild | undefined;
  // The self-test asks for what must kill this run.
  if (first?.type === "probe") openSync("/", "r");
  else serveJob(channel, first);
  addon.exit(0);
} catch {
  // Nothing may reach Node's own handlers: what they would wait for does not exist in a run.
  addon.exit(1);
}
