import { openTestSandbox } from "./open.testing.ts";
import { hostileJob, never, noEffects } from "./sandbox.testing.ts";

// A node that opens the adapter named, runs twice what is named and waits to be ended: at once, or in order by SIGTERM.
const [adapter = "", bundlePath = "", name = "", recordsIn = "", temporary = ""] =
  process.argv.slice(2);
// Whoever makes a temporary file in this process makes it where it is looked for.
process.env["TMPDIR"] = temporary;
const sandbox = await openTestSandbox(adapter, bundlePath, { recordsIn });
const job = hostileJob(name, { wallMs: 60_000 });
const runs = [job, job].map((each) => sandbox.execute(each, noEffects, never));
process.once("SIGTERM", () => {
  void sandbox.close().then(async () => {
    const results = await Promise.all(runs);
    process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
  });
});
setTimeout(() => process.stdout.write("running\n"), 300);
setInterval(() => undefined, 1_000);
