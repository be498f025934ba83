import type { EffectHandler, RunJob, RunResult } from "../sandbox.ts";
import { executeOn } from "./execute-on.ts";
import { startForkServer } from "./fork-server.ts";
import { serverOptions } from "./zygote.testing.ts";

// A node with a fork server: `addon bundle name…`. It does the runs named `ask:…` one by one, then the
// others side by side, says the server's number, and waits to be killed.
const [addonPath = "", bundlePath = "", ...names] = process.argv.slice(2);
const server = await startForkServer(serverOptions({ addonPath, bundlePath }));

function runOf(name: string): Promise<RunResult> {
  const limits = { wallMs: 600_000, outputBytes: 1 << 20, effects: 10 };
  const job = { plan: { name, steps: [] }, occurrence: {}, start: {}, limits } as unknown as RunJob;
  const answer: EffectHandler = (request) =>
    name.startsWith("ask:")
      ? Promise.resolve({ request, name } as unknown as Awaited<ReturnType<EffectHandler>>)
      : new Promise(() => undefined);
  return executeOn(
    server,
    { memoryMb: 64, cpuSec: 600 },
    job,
    answer,
    new AbortController().signal,
  );
}

const isFirst = (name: string): boolean => name.startsWith("ask:");
for (const name of names.filter(isFirst)) await runOf(name);
await server.drained();
const results = names.filter((name) => !isFirst(name)).map(runOf);
process.stdout.write(`${server.pid}\n`);
process.stdout.write(`${JSON.stringify(await Promise.all(results))}\n`);
setInterval(() => undefined, 1_000);
