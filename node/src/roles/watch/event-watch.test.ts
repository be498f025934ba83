import { join } from "node:path";
import { keccakText } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import { createRpc, type Rpc } from "@deed/sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChainLog, EventTrigger } from "../../chain-events/decode-event.ts";
import { EventReader } from "../../chain-events/read-occurrence.ts";
import { hash, openTestStore, temporaryDirectory } from "../../store/store.testing.ts";
import type { Store } from "../../store/store.ts";
import { keptLog } from "../../telemetry/kept.testing.ts";
import { anIntent, aPlan } from "../intent.testing.ts";
import { EventWatch } from "./event-watch.ts";

const CONTRACT = `0x${"cc".repeat(20)}` as const;
const TRIGGER = {
  kind: "event",
  chainId: 7,
  contract: CONTRACT,
  signature: "Ping(uint256)",
  topic0: keccakText("Ping(uint256)"),
  parameters: [{ name: "value", type: "uint256", indexed: false }],
  where: null,
  confidence: "latest",
} as unknown as EventTrigger & Plan["trigger"];

let store: Store;
let directory: ReturnType<typeof temporaryDirectory>;

beforeEach(async () => {
  directory = temporaryDirectory();
  store = openTestStore(join(directory.path, "store.db"));
  const plan = aPlan([], { trigger: TRIGGER });
  await store.write((tables) => tables.intents.put(anIntent(1, { kind: 1, plan })));
});
afterEach(() => {
  store.close();
  directory.remove();
});

test("a chain that cannot be read is told once, until it can be read again", async () => {
  const { lines, logger } = keptLog();
  const away = createRpc({ url: "http://127.0.0.1:1" }, { fetch });
  let endpoint: Rpc = away;
  const rpc: Rpc = { url: "", request: (method, params) => endpoint.request(method, params) };
  const watch = new EventWatch(
    { chunkBlocks: 100 },
    {
      store,
      logger,
      ledger: { chainId: 31337, executions: CONTRACT },
      chains: new Map([[7, rpc]]),
      nowMs: () => 0,
      onFound: () => undefined,
    },
  );
  const look = async () => {
    watch.look(new AbortController().signal);
    await watch.settled();
  };
  await look();
  await look();
  const head = { number: "0x5", hash: "0x05", parentHash: "0x04" };
  const answer = async (method: string) => (method === "eth_getLogs" ? [] : head) as never;
  endpoint = { url: "", request: answer };
  await look();
  expect(lines.map(({ level, fields }) => [level, fields["code"], fields["chain"]])).toEqual([
    ["warn", "CHAIN_NOT_READ", "7:latest"],
    ["debug", "CHAIN_NOT_READ", "7:latest"],
    ["info", undefined, "7:latest"],
  ]);
});

test("a log without its receipt, or without its block, is an endpoint's contradiction", async () => {
  const log = {
    address: CONTRACT,
    topics: [TRIGGER.topic0],
    data: hash(1),
    blockNumber: "0x5",
    blockHash: hash(5),
    transactionHash: hash(6),
    logIndex: "0x0",
  } as unknown as ChainLog;
  const nothing: Rpc = { url: "", request: async () => null as never };
  await expect(new EventReader(nothing).ordinalOf(log)).rejects.toMatchObject({
    failure: { code: "EVENT_WITHOUT_RECEIPT", txHash: hash(6) },
  });
  await expect(new EventReader(nothing).occurrence(TRIGGER, log, 0)).rejects.toMatchObject({
    failure: { code: "EVENT_WITHOUT_BLOCK", blockHash: hash(5) },
  });
});
