import { domainSeparator, type Fire, fireDigest, wordHex } from "@deed/protocol/encoding";
import { sign } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Store } from "../../store/store.ts";
import { httpStep } from "../execute/attempt.testing.ts";
import { flipFirstCondition } from "../execute/tamper.ts";
import { aPlan } from "../intent.testing.ts";
import {
  claim,
  execute,
  OWNER,
  register,
  type TestIntent,
  ticks,
} from "../test-executor.testing.ts";
import { sendOk } from "../test-ledger.testing.ts";
import { startTestNetwork, type TestNetwork } from "../test-network.testing.ts";

const PLAN = aPlan([httpStep("ping", "https://a.example/", { if: "1 < 2" })]);
const LIMIT_MS = 120_000;
const OWNER_KEY = wordHex(77);

let network: TestNetwork;
let intent: TestIntent;

beforeAll(async () => {
  network = await startTestNetwork(7);
  intent = await register(network, PLAN);
  await network.until("ticks to claim", () => network.nowSec > intent.startSec + 30);
}, LIMIT_MS);
afterAll(() => network.close(), LIMIT_MS);

const row = (batchNo: number, nodeNo = 2) =>
  network.node(nodeNo).store.read.batches.get({ batchNo });

/** What the ledger says, without what only this node knows: its clock, its votes, its own sightings. */
function facts(store: Store): unknown {
  const { intents, batches, executions, rounds, disputes, verdicts, preimages, cursors } =
    store.read;
  const without = (rows: readonly object[], ...names: readonly string[]) =>
    rows.map((entry) =>
      Object.fromEntries(Object.entries(entry).filter(([name]) => !names.includes(name))),
    );
  const times = ["updatedMs", "createdMs", "receivedMs"];
  const own = ["myFault", "myLeaf", "myReportHash", "mySalt", "myCommitment", "auditSeq"];
  return {
    cursors: cursors.select("1"),
    intents: intents.select("1 ORDER BY intent_no"),
    batches: without(batches.select("1 ORDER BY batch_no"), "mine", ...times),
    executions: without(
      executions.select("batch_no IS NOT NULL ORDER BY execution_id"),
      "payload",
      "seenBlock",
      "nextRankAtMs",
      ...times,
    ),
    rounds: rounds.select("1 ORDER BY round"),
    disputes: without(
      disputes.select("1 ORDER BY dispute_no"),
      ...own,
      "auditHead",
      "signature",
      ...times,
    ),
    verdicts: without(verdicts.select("1 ORDER BY batch_no, draw, node_no"), ...times),
    preimages: preimages.select("1 ORDER BY round, operator_no"),
  };
}

test(
  "a node that was away, and one whose store was lost, know what the others know, row for row",
  async () => {
    const first = await claim(network, 1, ticks(intent, [1, 2]));
    await execute(network, intent, first);
    await network.until("settled", () => row(first)?.status === "settled");
    const away = network.node(7);
    const path = await network.stop(7);
    const second = await claim(network, 1, ticks(intent, [3, 4]));
    await execute(network, intent, second, { tamper: flipFirstCondition });
    await network.until("voided", () => row(second)?.voided === 3n);
    const lost = await claim(network, 3, ticks(intent, [5]));
    await network.until("expired", () => row(lost)?.status === "expired");
    await register(network, PLAN, { nonce: 5n });
    await sendOk(network.chain, OWNER, network.chain.calls.revoke(intent.intentHash));
    network.changed();
    await network.settle();
    // Both read many blocks at once, in chunks of fifty.
    const late = await network.start(away.nodeNo, path);
    await network.settle();
    await network.stop(6);
    const anew = await network.start(6);
    await network.settle();
    const known = facts(network.node(2).store);
    expect(facts(late.store)).toEqual(known);
    expect(facts(anew.store)).toEqual(known);
  },
  LIMIT_MS,
);

test(
  "numbers beyond 2^53, bytes that are no text, and events that fit nothing are left out, and the ledger goes on",
  async () => {
    const nobody = await register(network, PLAN, { yaml: Uint8Array.of(0xff, 0, 0xc3), nonce: 6n });
    const byHand = await register(
      network,
      { ...PLAN, trigger: { kind: "manual" } },
      { kind: 3, nonce: 7n },
    );
    const huge = 2n ** 60n;
    const items = (await Promise.all([huge, 1n].map((ordinal) => fireEntry(byHand, ordinal)))).join(
      "",
    );
    await network.until("ranks", () => network.nowSec > byHand.startSec + 40);
    const batchNo = await claim(network, 2, `0x${items}`, 3);
    const after = await register(network, PLAN, { nonce: 8n });
    await network.until("known", () =>
      network.nodes.every(({ store }) => store.read.intents.get(after) !== null),
    );
    for (const { store } of network.nodes) {
      expect(store.read.intents.get(nobody)?.state).toBe("refused");
      const batch = store.read.batches.get({ batchNo });
      expect(batch?.count).toBe(2);
      // The root is the ledger's: a later attempt at the neighbour proves its place with it.
      expect(batch?.itemsRoot).toBe(await network.chain.ledger.rootWord(batchNo));
      expect(store.read.executions.ofBatch(batchNo).map(({ ordinal }) => ordinal)).toEqual([1]);
    }
  },
  LIMIT_MS,
);

async function fireEntry(of: TestIntent, ordinal: bigint): Promise<string> {
  const firedAtSec = of.startSec;
  const fire = {
    intentHash: of.intentHash,
    ordinal: ordinal as unknown as number,
    inputHash: wordHex(9),
    firedAtSec,
    validUntilSec: firedAtSec + 1000,
  } satisfies Fire;
  const { chainId, intents } = network.chain.deployment;
  const domain = domainSeparator({ chainId, verifyingContract: intents });
  const hash = fireDigest(fire, domain);
  const signature = await sign({ hash, privateKey: OWNER_KEY, to: "hex" });
  const word = (value: bigint | number, bytes: number) =>
    value.toString(16).padStart(bytes * 2, "0");
  return [
    word(of.intentNo, 4),
    word(ordinal, 8),
    fire.inputHash.slice(2),
    word(firedAtSec, 5),
    word(fire.validUntilSec, 5),
    signature.slice(2),
  ].join("");
}
