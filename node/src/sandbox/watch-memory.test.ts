import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { heldBytes, watchMemory } from "./watch-memory.ts";

const isLinux = process.platform === "linux";
const MIB = 1024 * 1024;
const FILLING = `const kept = []; setInterval(() => kept.push(Buffer.alloc(4 << 20, 1)), 5)`;

test.runIf(isLinux)("one that holds more than it may is told of, once", async () => {
  const child = spawn(process.execPath, ["-e", FILLING], { stdio: "ignore" });
  let calls = 0;
  await new Promise<void>((resolve) => {
    watchMemory({ pid: child.pid!, limitBytes: 150 * MIB }, () => {
      calls += 1;
      resolve();
    });
  });
  expect(heldBytes(child.pid!)).toBeGreaterThan(150 * MIB);
  child.kill("SIGKILL");
  await once(child, "close");
  expect(calls).toBe(1);
  expect(heldBytes(child.pid!)).toBe(null);
});

test.runIf(isLinux)("one that holds less is left alone until the watch ends", async () => {
  let calls = 0;
  const { pid } = process;
  const watch = watchMemory({ pid, limitBytes: Number.MAX_SAFE_INTEGER }, () => {
    calls += 1;
  });
  const held = heldBytes(pid);
  watch.close();
  expect(held).toBeGreaterThan(10 * MIB);
  expect(calls).toBe(0);
});
