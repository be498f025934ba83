import { cp } from "node:fs/promises";
import { expect, test } from "vitest";
import {
  deployment,
  type Rpc,
  sign,
  TestClock,
  temporaryDirectory,
  testAccount,
  testChain,
} from "../chain.testing.ts";
import type { Hex } from "../hex.ts";
import { checkpointWritten, Told } from "./checkpoint.testing.ts";

const LIMIT_MS = 120_000;
const NOW_MS = 1_800_000_000_000;
const CHECKPOINT = 290;
const HEIGHT = 305;
const DISTANCES = [1, 2, 14, 15, 16, 200, 255, 256, 257];

const alice = testAccount(1);
/** Stores BLOCKHASH(NUMBER − k) in slot k, where k is the call's first word, and returns it. */
const recorder = "600035430340806000355560005260206000f3";

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, "0")}`;
const tag = (height: number): Hex => `0x${height.toString(16)}`;

async function deployRecorder(rpc: Rpc): Promise<Hex> {
  const raw = await sign(alice, { nonce: 0, data: deployment(recorder) });
  const hash = await rpc("eth_sendRawTransaction", [raw]);
  const receipt = await rpc("eth_getTransactionReceipt", [hash]);
  return (receipt as { contractAddress: Hex }).contractAddress;
}

/** Blocks in which the contract asks for the hash of an earlier one: nonces `from` to before `until`. */
async function record(rpc: Rpc, to: Hex, from: number, until: number): Promise<void> {
  for (let nonce = from; nonce < until; nonce++) {
    const data = word(DISTANCES[nonce % DISTANCES.length] ?? 1);
    await rpc("eth_sendRawTransaction", [await sign(alice, { nonce, to, data })]);
  }
}

/** What the contract holds, and what it says at some heights, or the code of its refusal. */
async function whatContractsSee(rpc: Rpc, to: Hex, heights: readonly number[]): Promise<unknown> {
  const slots = DISTANCES.map((k) => rpc("eth_getStorageAt", [to, word(k), "latest"]));
  const calls = heights.flatMap((height) => DISTANCES.map((k) => hashSeen(rpc, to, k, height)));
  const head = await rpc("eth_getBlockByNumber", ["latest", false]);
  return { head, slots: await Promise.all(slots), calls: await Promise.all(calls) };
}

async function hashSeen(rpc: Rpc, to: Hex, distance: number, height: number): Promise<unknown> {
  return rpc("eth_call", [{ to, data: word(distance) }, tag(height)]);
}

test("contracts see the same hashes of earlier blocks after a start with a checkpoint as after a full replay", {
  timeout: LIMIT_MS,
}, async () => {
  const clock = new TestClock(NOW_MS);
  const made = await testChain({ checkpointBlocks: CHECKPOINT }, { clock });
  const to = await deployRecorder(made.rpc);
  await record(made.rpc, to, 1, CHECKPOINT);
  await checkpointWritten(made.directory, CHECKPOINT);
  await record(made.rpc, to, CHECKPOINT, HEIGHT);
  await made.close();
  const copy = await temporaryDirectory();
  await cp(made.directory, copy, { recursive: true });

  const told = new Told();
  const quick = await testChain(
    { directory: made.directory, checkpointBlocks: 1_000 },
    { clock, logger: told },
  );
  const whole = await testChain({ directory: copy, verifyJournal: true }, { clock });
  expect(told.of("Checkpoint loaded")).toMatchObject([{ block: CHECKPOINT, of: HEIGHT }]);
  // The checkpoint's block, the ones replayed on it, and new ones, until no block before it is in reach.
  for (let nonce = HEIGHT; nonce < HEIGHT + 270; nonce += 45) {
    const heights = [CHECKPOINT, CHECKPOINT + 1, HEIGHT, nonce];
    expect(await whatContractsSee(quick.rpc, to, heights)).toEqual(
      await whatContractsSee(whole.rpc, to, heights),
    );
    for (const { rpc } of [quick, whole]) await record(rpc, to, nonce, nonce + 45);
  }

  // What the engine cannot know of the time before its checkpoint it does not invent.
  for (const height of [20, 100, CHECKPOINT - 1]) {
    await expect(hashSeen(quick.rpc, to, 1, height)).rejects.toMatchObject({
      data: { code: "STATE_TOO_OLD", block: height, oldest: CHECKPOINT },
    });
  }
});
