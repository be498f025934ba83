// What runs inside a sandbox, for programs that attack it from there: they take the place of the child.

export { BROKER_FD } from "../../sandbox/broker-fd.ts";
export { type Channel, openChannel } from "../../sandbox/channel.ts";
export type { ToChild } from "../../sandbox/messages.ts";
export { serveJob } from "../../sandbox/serve-run.ts";
export { becomeServer } from "../../sandbox/zygote/server/become-server.ts";
export { probe } from "../../sandbox/zygote/server/probe.ts";
export { runChannel } from "../../sandbox/zygote/server/run-channel.ts";
export { serverScripts } from "../../sandbox/zygote/server/server-scripts.ts";
