import { openTestSandbox } from "./open.testing.ts";
import { hostileJob, never, noEffects } from "./sandbox.testing.ts";

// A node that opens the adapter named, runs what is named and waits to be killed.
const [adapter = "", bundlePath = "", name = ""] = process.argv.slice(2);
const sandbox = await openTestSandbox(adapter, bundlePath);
void sandbox.execute(hostileJob(name, { wallMs: 60_000 }), noEffects, never);
setTimeout(() => process.stdout.write("running\n"), 300);
setInterval(() => undefined, 1_000);
