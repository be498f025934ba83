import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryDirectory, testChain } from "../chain.testing.ts";
import { outline, Told } from "./checkpoint.testing.ts";

const LIMIT_MS = 60_000;
const program = fileURLToPath(new URL("./checkpoint-kill.testing.ts", import.meta.url));

/** Runs the chain until it kills itself; gives the last nonce that was acknowledged. */
function runUntilKilled(directory: string, step: string): Promise<number> {
  const loader = ["--conditions=source", "--import", import.meta.resolve("tsx")];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...loader, program, directory, step], (error, stdout, stderr) => {
      if (error?.signal === "SIGKILL") resolve(Number(stdout.trim().split("\n").at(-1)));
      else reject(new Error(`it was not killed: ${error?.message ?? ""} ${stderr}`));
    });
  });
}

/** Programs whose command line names the directory. */
async function programsOf(directory: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""));
  return (await Promise.all(lines)).filter((line) => line.includes(directory));
}

test.each(["write", "written", "renamed", "synced", "removing", "removed"])(
  "kill -9 at the step '%s' of writing a checkpoint loses nothing, and the next start is whole",
  { timeout: LIMIT_MS },
  async (step) => {
    const directory = await temporaryDirectory();
    const acknowledged = await runUntilKilled(directory, step);
    expect(acknowledged).toBeGreaterThan(10);
    // Neither the chain's engine nor the one beside it outlives the chain.
    if (process.platform === "linux") {
      await expect.poll(() => programsOf(directory), { timeout: 10_000 }).toEqual([]);
    }
    const told = new Told();
    const quick = await testChain({ directory, checkpointBlocks: 1_000 }, { logger: told });
    // The older one, or the newer one: both are whole.
    expect(told.of("Checkpoint loaded")).toHaveLength(1);
    expect(told.of("Checkpoint not used, replaying what it held")).toEqual([]);
    expect(Number(await quick.rpc("eth_blockNumber"))).toBeGreaterThan(acknowledged);
    const loaded = await outline(quick.rpc);
    await quick.close();
    const whole = await testChain({ directory, verifyJournal: true });
    expect(await outline(whole.rpc)).toEqual(loaded);
    expect((await readdir(directory)).filter((name) => name.endsWith(".new"))).toEqual([]);
  },
);
