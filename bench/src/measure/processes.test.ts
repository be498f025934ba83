import { expect, test } from "vitest";
import {
  canSeeProcesses,
  cpuMsOf,
  cpuPartsOf,
  memoryOf,
  parseStat,
  programOf,
  treeOf,
} from "./processes.ts";

test("a process's name may hold spaces and parentheses", () => {
  const text =
    "42 (a) R (b)) S 7 42 42 0 -1 4194304 1 2 3 4 150 50 30 20 20 0 11 0 100 1 2 3 4 5 6";
  expect(parseStat(42, text)).toEqual({
    pid: 42,
    parentPid: 7,
    ...{ ownMs: 2000, waitedMs: 500, waitedSystemMs: 200, waitedFaults: 2 },
  });
});

test("a program is called by the file that Node runs, any other by its own", () => {
  const signer = ["/usr/bin/node", "--expose-gc", "/x/dist/signer.js", "--config", "-"];
  expect(programOf(`${signer.join("\0")}\0`)).toBe("signer");
  expect(programOf("/opt/bin/anvil\0--port\x001\0")).toBe("anvil");
  expect(programOf("")).toBe("unknown");
});

test.runIf(canSeeProcesses())("this process has a tree, time and memory", () => {
  expect(treeOf([process.pid])).toContain(process.pid);
  expect(cpuMsOf([process.pid])).toBeGreaterThan(0);
  const parts = Object.values(cpuPartsOf([process.pid])).reduce((sum, ms) => sum + ms, 0);
  expect(parts).toBeGreaterThan(0);
  const { rssBytes, pssBytes } = memoryOf([process.pid]);
  expect(pssBytes).toBeGreaterThan(0);
  expect(rssBytes).toBeGreaterThanOrEqual(pssBytes);
});
