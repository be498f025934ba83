import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  type Rpc,
  rpcOf,
  sign,
  temporaryDirectory,
  testAccount,
  testChain,
} from "./chain.testing.ts";
import type { Hex } from "./hex.ts";
import { type SpawnedChain, spawnChain } from "./spawn-chain.ts";

/** Keeps sending from an account of its own until the chain is gone; notes what was acknowledged. */
async function sender(rpc: Rpc, number: number, acknowledged: Set<Hex>): Promise<void> {
  const account = testAccount(number);
  try {
    for (
      let nonce = Number(await rpc("eth_getTransactionCount", [account.address, "latest"]));
      ;
      nonce++
    ) {
      acknowledged.add(
        (await rpc("eth_sendRawTransaction", [await sign(account, { nonce })])) as Hex,
      );
    }
  } catch (error) {
    // The connection broke: whether the last transaction counts is not known.
    expect(error).toBeInstanceOf(TypeError);
  }
}

async function spawned(directory: string): Promise<SpawnedChain & { readonly rpc: Rpc }> {
  // Killed now and then while it writes a checkpoint.
  const chain = await spawnChain({ directory, checkpointBlocks: 15 });
  onTestFinished(() => chain.close());
  return { ...chain, rpc: rpcOf(chain.rpcUrl) };
}

async function hashes(rpc: Rpc): Promise<string[]> {
  const height = Number(await rpc("eth_blockNumber"));
  const blocks = Array.from({ length: height + 1 }, (_, number) =>
    rpc("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]),
  );
  return (await Promise.all(blocks)).map((block) => (block as { hash: string }).hash);
}

async function expectMined(rpc: Rpc, acknowledged: ReadonlySet<Hex>): Promise<void> {
  for (const hash of acknowledged) {
    expect(await rpc("eth_getTransactionReceipt", [hash]), hash).toMatchObject({ status: "0x1" });
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const options = { timeout: 20_000, interval: 2 };
  await vi.waitFor(async () => expect(await condition()).toBe(true), options);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("kill -9 under load loses nothing acknowledged and changes no block", {
  timeout: 120_000,
}, async () => {
  const directory = await temporaryDirectory();
  const acknowledged = new Set<Hex>();
  let known: string[] = [];
  for (let round = 1; round <= 3; round++) {
    const chain = await spawned(directory);
    expect((await hashes(chain.rpc)).slice(0, known.length)).toEqual(known);
    await expectMined(chain.rpc, acknowledged);
    const load = [1, 2, 3, 4].map((number) => sender(chain.rpc, number, acknowledged));
    await until(() => acknowledged.size >= round * 40);
    known = await hashes(chain.rpc);
    process.kill(chain.pid, "SIGKILL");
    await Promise.all(load);
    expect(await chain.exited).toBeNull();
    // The engine may not outlive the sequencer.
    await until(() => !isRunning(chain.enginePid));
  }
  const last = await spawned(directory);
  expect((await hashes(last.rpc)).slice(0, known.length)).toEqual(known);
  await expectMined(last.rpc, acknowledged);
});

test("kill -9 of the engine under load is not even seen by senders", {
  timeout: 120_000,
}, async () => {
  const chain = await testChain({ checkpointBlocks: 7 });
  const acknowledged = new Set<Hex>();
  const stop = new AbortController();
  const send = async (number: number): Promise<void> => {
    for (let nonce = 0; !stop.signal.aborted; nonce++) {
      const raw = await sign(testAccount(number), { nonce });
      acknowledged.add((await chain.rpc("eth_sendRawTransaction", [raw])) as Hex);
    }
  };
  const load = [1, 2, 3, 4].map(send);
  let known: string[] = [];
  for (let round = 1; round <= 4; round++) {
    await until(() => acknowledged.size >= round * 50);
    known = await hashes(chain.rpc);
    const pid = chain.engineProcessId() ?? 0;
    process.kill(pid, "SIGKILL");
    const before = acknowledged.size;
    await until(() => acknowledged.size > before + 4);
    expect(chain.engineProcessId()).not.toBe(pid);
  }
  stop.abort();
  await Promise.all(load);
  expect((await hashes(chain.rpc)).slice(0, known.length)).toEqual(known);
  await expectMined(chain.rpc, acknowledged);
  const final = await hashes(chain.rpc);
  await chain.close();
  const again = await testChain({ directory: chain.directory });
  expect(await hashes(again.rpc)).toEqual(final);
});

test.runIf(process.platform === "linux")(
  "a block that somebody else made in the engine does not stay",
  { timeout: 30_000 },
  async () => {
    const chain = await testChain();
    await chain.rpc("eth_sendRawTransaction", [await sign(testAccount(1), { nonce: 0 })]);
    const known = await hashes(chain.rpc);
    const command = await readFile(`/proc/${chain.engineProcessId()}/cmdline`, "utf8");
    const port = command.split("\0")[command.split("\0").indexOf("--port") + 1];
    const stranger = rpcOf(`http://127.0.0.1:${port}`);
    await stranger("evm_mine");
    await chain.rpc("eth_sendRawTransaction", [await sign(testAccount(1), { nonce: 1 })]);
    const now = await hashes(chain.rpc);
    expect(now).toHaveLength(3);
    expect(now.slice(0, 2)).toEqual(known);
    const third = await chain.rpc("eth_getBlockByNumber", ["0x2", false]);
    expect(third).toMatchObject({ transactions: [expect.any(String)], parentHash: known[1] });
  },
);

test("reads wait for an engine that was killed while idle", { timeout: 30_000 }, async () => {
  const chain = await testChain();
  await chain.rpc("eth_sendRawTransaction", [await sign(testAccount(1), { nonce: 0 })]);
  process.kill(chain.engineProcessId() ?? 0, "SIGKILL");
  expect(await chain.rpc("eth_blockNumber")).toBe("0x1");
});

test("an engine that keeps dying ends the chain with its reason", { timeout: 30_000 }, async () => {
  const chain = await testChain();
  await chain.rpc("eth_chainId");
  const killer = setInterval(() => {
    const pid = chain.engineProcessId();
    if (pid !== undefined && isRunning(pid)) process.kill(pid, "SIGKILL");
  }, 1);
  onTestFinished(() => clearInterval(killer));
  expect(await chain.failed).toMatchObject({ code: "ENGINE_KEEPS_DYING" });
});

test("a torn tail loses at most what nobody was told of", { timeout: 60_000 }, async () => {
  const first = await testChain();
  for (let nonce = 0; nonce < 5; nonce++) {
    await first.rpc("eth_sendRawTransaction", [await sign(testAccount(1), { nonce })]);
  }
  const known = await hashes(first.rpc);
  await first.close();
  const path = join(first.directory, "journal");
  const whole = await readFile(path);
  // The last seal is gone: its group alone gives the block back, and the seal is written again.
  await truncate(path, whole.length - 3);
  const second = await testChain({ directory: first.directory });
  expect(await hashes(second.rpc)).toEqual(known);
  await second.close();
  expect(await readFile(path)).toEqual(whole);
});

test("a flipped bit is refused by the process with place and remedy", {
  timeout: 30_000,
}, async () => {
  const first = await testChain();
  for (let nonce = 0; nonce < 3; nonce++) {
    await first.rpc("eth_sendRawTransaction", [await sign(testAccount(1), { nonce })]);
  }
  await first.close();
  const path = join(first.directory, "journal");
  const bytes = await readFile(path);
  const place = Math.floor(bytes.length * 0.7);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  await writeFile(path, bytes);
  await expect(spawnChain({ directory: first.directory })).rejects.toMatchObject({
    failure: { code: "JOURNAL_CORRUPT", path, offset: expect.any(Number) },
    message: expect.stringContaining("restore a copy of the file"),
  });
});

test("a long chain replays to the same hashes and tells how far it is", {
  timeout: 120_000,
}, async () => {
  const first = await testChain();
  for (let nonce = 0; nonce < 250; nonce++) {
    await first.rpc("eth_sendRawTransaction", [await sign(testAccount(1), { nonce })]);
  }
  const known = await hashes(first.rpc);
  expect(known).toHaveLength(251);
  await first.close();
  const progress: number[] = [];
  const onProgress = (replayed: number, total: number): void => {
    expect(total).toBe(250);
    progress.push(replayed);
  };
  const again = { directory: first.directory, verifyJournal: true };
  const second = await testChain(again, { onProgress });
  expect(progress).toHaveLength(250);
  expect(await hashes(second.rpc)).toEqual(known);
});
