import { existsSync, readlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { run } from "@deed/protocol/runtime";
import { expect, test } from "vitest";
import { SandboxChild } from "./child-process.ts";
import { CHILD_SANDBOX_DEFAULTS } from "./child-sandbox.ts";
import { describeSandbox } from "./conformance-cases.testing.ts";
import { commandLine, detectLockdown, type Lockdown, nodeFlags } from "./launcher.ts";
import { openTestSandbox } from "./open.testing.ts";
import { openProcessSandbox, ProcessSandbox } from "./process-sandbox.ts";
import { SAMPLE_JOB, sampleAnswer } from "./sample-job.testing.ts";
import { bundle, hostileJob, never, noEffects } from "./sandbox.testing.ts";
import type { Sandbox } from "./sandbox.ts";

const packed = (child: "runtime" | "hostile"): Promise<string> =>
  bundle(
    new URL(
      child === "runtime" ? "./child/main.ts" : "./hostile-child.testing.ts",
      import.meta.url,
    ),
  );

describeSandbox({
  adapter: "process",
  level: "process",
  pack: packed,
  open: (path) => openTestSandbox("process", path),
  weaknesses,
  speaksRaw: true,
});

/** A process is no container: these it leaves to the system, or cannot. */
function weaknesses(sandbox: Sandbox): { readonly [attack: string]: string } {
  const { lockdown } = sandbox as ProcessSandbox;
  const process = "a process sees the host's other processes";
  const files = lockdown.permissionFlag === null ? "no permission model on this Node" : null;
  const network = lockdown.unshare === null ? "no empty network namespace on this system" : null;
  return {
    "signal-parent": process,
    "signal-all": process,
    ...(files !== null && { "read-passwd": files, "see-files": files, "see-processes": files }),
    ...(network !== null && { "connect-tcp": network, "send-udp": network }),
  };
}

const options = { ...CHILD_SANDBOX_DEFAULTS, outputBytes: 4 << 20, frameBytes: 1 << 20 };

test("a child from sources gives the transcript of the interpreter, too", async () => {
  const pool = { idle: 0, max: 0, idleAfterMs: 0 };
  const sandbox = await openProcessSandbox({ ...CHILD_SANDBOX_DEFAULTS, pool });
  const result = await sandbox.execute(SAMPLE_JOB, async (request) => sampleAnswer(request), never);
  const steps = run(SAMPLE_JOB.plan, SAMPLE_JOB.occurrence, SAMPLE_JOB.start);
  let next = steps.next();
  while (next.done !== true) next = steps.next(sampleAnswer(next.value));
  expect(result).toEqual({ kind: "done", outcome: JSON.parse(JSON.stringify(next.value)) });
  expect(sandbox.reason).toMatch(/^a child process, not a container/);
  await sandbox.close();
});

test("a child has a network namespace of its own and three descriptors that lead nowhere", async (context) => {
  if (!existsSync("/proc/self/ns/net")) context.skip("no /proc here");
  const path = await packed("hostile");
  const lockdown = await detectLockdown();
  const nodeArgs = [...nodeFlags(lockdown, options, [path]), path];
  const command = commandLine(lockdown, options, nodeArgs);
  const child = new SandboxChild(command, { frameBytes: 1024, totalBytes: 1024 });
  expect(await child.next()).toMatchObject({ kind: "message", message: { type: "ready" } });
  for (const fd of [0, 1, 2]) expect(readlinkSync(`/proc/${child.pid}/fd/${fd}`)).toBe("/dev/null");
  if (lockdown.unshare !== null) {
    expect(readlinkSync(`/proc/${child.pid}/ns/net`)).not.toBe(readlinkSync("/proc/self/ns/net"));
  }
  await child.kill();
  await rm(dirname(path), { recursive: true });
});

test("a child that does not come up is no outcome of the run", async () => {
  const lockdown: Lockdown = { unshare: null, setpriv: null, prlimit: null, permissionFlag: null };
  const missing = { ...options, bundlePath: "/nowhere/child.js" };
  const sandbox = new ProcessSandbox(missing, lockdown);
  expect(await sandbox.execute(hostileJob("spin"), noEffects, never)).toEqual({
    kind: "stopped",
    failure: { code: "NO_START", detail: expect.stringContaining("exit") },
  });
  await sandbox.close();
});
