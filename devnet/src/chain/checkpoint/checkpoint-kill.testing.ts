import { rpcOf } from "../chain.testing.ts";
import { type DurableFiles, durableFiles } from "../durable-files.ts";
import { startChain } from "../start-chain.ts";
import { callLogger, deployLogger } from "./checkpoint.testing.ts";

/*
 * A chain that kills itself at the given step of writing a checkpoint, for the second time:
 * node checkpoint-kill.testing.ts DIRECTORY STEP. Says each acknowledged nonce on stdout before.
 */
const [directory = "", deadly = ""] = process.argv.slice(2);
const turnToDie = 2;
const turns = new Map<string, number>();

function step(name: string): boolean {
  const turn = (turns.get(name) ?? 0) + 1;
  turns.set(name, turn);
  return name === deadly && turn === turnToDie;
}

function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {});
}

const files: DurableFiles = {
  ...durableFiles,
  write: async (path, bytes) => {
    if (step("write")) {
      await durableFiles.write(path, bytes.subarray(0, bytes.length >> 1));
      await die();
    }
    await durableFiles.write(path, bytes);
    if (step("written")) await die();
  },
  rename: async (from, to) => {
    await durableFiles.rename(from, to);
    if (step("renamed")) await die();
  },
  syncDirectory: async (path) => {
    await durableFiles.syncDirectory(path);
    if (step("synced")) await die();
  },
  remove: async (path) => {
    if (step("removing")) await die();
    await durableFiles.remove(path);
    if (step("removed")) await die();
  },
};

const chain = await startChain({ directory, checkpointBlocks: 10 }, { files });
const rpc = rpcOf(chain.rpcUrl);
const contract = await deployLogger(rpc);
for (let nonce = 1; nonce < 5_000; nonce++) {
  await callLogger(rpc, contract, nonce, nonce + 1);
  process.stdout.write(`${nonce}\n`);
}
