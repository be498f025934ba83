import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "./chain.testing.ts";
import { lockDirectory } from "./lock.ts";

const program = `
  import { lockDirectory } from ${JSON.stringify(new URL("./lock.ts", import.meta.url).href)};
  try { await lockDirectory(process.argv[1]); console.log("held"); setInterval(() => {}, 1000); }
  catch (error) { console.log(error.code); }`;

async function contender(directory: string): Promise<{ said: string; kill: () => Promise<void> }> {
  const tsx = import.meta.resolve("tsx");
  const child = spawn(process.execPath, [
    "--import",
    tsx,
    "--input-type=module",
    "-e",
    program,
    directory,
  ]);
  const exited = once(child, "exit");
  const [said] = await once(child.stdout, "data");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  return { said: String(said).trim(), kill };
}

test("a directory has one holder, and kill -9 frees it", { timeout: 30_000 }, async () => {
  const directory = await temporaryDirectory();
  const first = await contender(directory);
  expect(first.said).toBe("held");
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "ALREADY_RUNNING" });
  const second = await contender(directory);
  expect(second.said).toBe("ALREADY_RUNNING");
  await first.kill();
  const lock = await lockDirectory(directory);
  expect(await readdir(directory)).toHaveLength(1);
  await lock.release();
  expect(await readdir(directory)).toEqual([]);
});

test("of two that start at the same moment at most one holds the lock", {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < 3; round++) {
    const directory = await temporaryDirectory();
    const all = await Promise.all([contender(directory), contender(directory)]);
    expect(all.filter(({ said }) => said === "held").length).toBeLessThanOrEqual(1);
    await Promise.all(all.map(({ kill }) => kill()));
  }
});

test("one process cannot take a directory twice", async () => {
  const directory = await temporaryDirectory();
  const lock = await lockDirectory(directory);
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "ALREADY_RUNNING" });
  await lock.release();
});

test.runIf(process.platform === "linux")("a recycled pid does not hold a lock", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "lock-1-987654321987"), "");
  const lock = await lockDirectory(directory);
  await lock.release();
});
