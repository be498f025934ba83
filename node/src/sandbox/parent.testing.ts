import { SandboxChild } from "./child-process.ts";
import { commandLine, detectLockdown, nodeFlags } from "./launcher.ts";

// A node that starts one child, gives it the job named in the arguments and waits to be killed.
const [path = "", name = ""] = process.argv.slice(2);
const limits = { memoryMb: 64, cpuSec: 5 };
const lockdown = await detectLockdown();
const child = new SandboxChild(
  commandLine(lockdown, limits, [...nodeFlags(lockdown, limits, [path]), path]),
  { frameBytes: 1024, totalBytes: 4096 },
);
await child.next();
child.send({ type: "job", plan: { name } });
process.stdout.write(`${child.pid}\n`);
setInterval(() => undefined, 1_000);
