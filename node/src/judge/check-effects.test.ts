import { type Hex, keccak256, keccakText, wordHex } from "@deed/protocol/encoding";
import type { Leaf } from "@deed/protocol/transcript";
import type { Ledger } from "@deed/sdk";
import { expect, test } from "vitest";
import { TEST_DEPLOYMENT } from "../roles/context.testing.ts";
import { anIntent } from "../roles/intent.testing.ts";
import { aBatch } from "../store/store.testing.ts";
import { checkEffects } from "./check-effects.ts";
import { LedgerReader } from "./ledger-reader.ts";

const NAME = wordHex(1);
const TARGET: Hex = `0x${"cc".repeat(20)}`;
const TX = wordHex(70);
const ACTED = keccakText("Acted(bytes32,uint16,address,uint32,address,uint256,bytes32,bytes)");

function aLeaf(index: number, changes: Partial<Leaf> = {}): Leaf {
  return {
    index,
    step: 0,
    kind: "HTTP",
    try: 1,
    status: 0,
    level: 1,
    input: null,
    output: null,
    startedMs: 0,
    endedMs: 0,
    anchorNumber: 12,
    anchorHash: wordHex(12),
    ...changes,
  } as Leaf;
}

function aCall(input: object = {}, output: object = {}): Leaf {
  return aLeaf(0, {
    kind: "CALL",
    input: { target: TARGET, valueWei: "5", callData: "0x1234", ...input },
    output: { txHash: TX, blockNumber: 8, blockHash: wordHex(8), returned: "0xbeef", ...output },
  } as Partial<Leaf>);
}

const acted = {
  address: TEST_DEPLOYMENT.gateway,
  topics: [ACTED, NAME, wordHex(0), wordHex(99)],
  data: `0x${[
    wordHex(3),
    wordHex(BigInt(TARGET)),
    wordHex(5),
    keccak256("0x1234"),
    wordHex(160),
    wordHex(2),
    `0x${"beef".padEnd(64, "0")}`,
  ]
    .map((word) => word.slice(2))
    .join("")}`,
  // By an earlier attempt, before this one's claim.
  blockNumber: "0x8",
  blockHash: wordHex(8),
  transactionHash: TX,
  logIndex: "0x0",
};

const ADOPTED = keccakText("ActionAdopted(bytes32,uint16,uint32,uint64)");
const REVERTED = keccakText("ActionReverted(bytes32,uint16,uint32,bytes)");
const EXECUTOR = aBatch(1).nodeNo;

function adopted(batchNo = 1) {
  const data = `0x${[wordHex(EXECUTOR), wordHex(batchNo)].map((word) => word.slice(2)).join("")}`;
  return { ...acted, topics: [ADOPTED, NAME, wordHex(0)], data, blockNumber: "0xb" };
}

function reverted(nodeNo = EXECUTOR) {
  const words = [wordHex(nodeNo), wordHex(64), wordHex(2), `0x${"dead".padEnd(64, "0")}`];
  const data = `0x${words.map((word) => word.slice(2)).join("")}`;
  return { ...acted, topics: [REVERTED, NAME, wordHex(0)], data, blockNumber: "0xc" };
}

function aRevert(index: number, message = "0xdead"): Leaf {
  const output = { error: { code: "REVERTED", message } };
  return { ...aCall(), index, status: 1, output } as unknown as Leaf;
}

interface Answers {
  /** What the gateway said between claim and record. */
  readonly logs?: readonly unknown[];
  readonly receipt?: unknown;
  readonly head?: number;
  readonly revokedBlock?: number;
  readonly validUntilSec?: number;
  readonly isDown?: boolean;
}

function judged(leaves: readonly Leaf[], answers: Answers = {}) {
  const { receipt = { logs: [acted] }, head = 30, revokedBlock = null, isDown = false } = answers;
  const { logs = [adopted()] } = answers;
  const block = (number: number) =>
    isDown
      ? Promise.reject(new Error("no answer"))
      : Promise.resolve(number > head ? null : { number, hash: wordHex(number) });
  const ledger = {
    deployment: TEST_DEPLOYMENT,
    block,
    head: () => block(head),
    rpc: {
      url: "",
      request: (method: string) => Promise.resolve(method === "eth_getLogs" ? logs : receipt),
    },
  } as unknown as Ledger;
  const batch = aBatch(1, { claimBlock: 10, recordBlock: 20 });
  const { validUntilSec = 4_000_000_000 } = answers;
  const intent = anIntent(1, { revokedBlock, validUntilSec });
  return checkEffects(
    { reader: new LedgerReader(ledger), batch, intent, executionId: NAME },
    leaves,
  );
}

const fault = (name: string, leaf = 0) => ({ kind: "fault", fault: name, leaf });

test("a call counts as the gateway did it; an earlier attempt's only if this claim adopted it", async () => {
  expect(await judged([aCall()])).toBeNull();
  expect(await judged([aCall()], { logs: [] })).toEqual(fault("WrongEffect"));
  expect(await judged([aCall()], { logs: [adopted(2)] })).toEqual(fault("WrongEffect"));
  const own = { ...acted, blockNumber: "0xb" };
  const call = aCall({}, { blockNumber: 11 });
  expect(await judged([call], { receipt: { logs: [own] }, logs: [] })).toBeNull();
});

test("that a target reverted needs an event of the gateway for each try", async () => {
  expect(await judged([aRevert(0)], { logs: [reverted()] })).toBeNull();
  expect(await judged([aRevert(0)], { logs: [] })).toEqual(fault("WrongEffect"));
  expect(await judged([aRevert(0)], { logs: [reverted(EXECUTOR + 1)] })).toEqual(
    fault("WrongEffect"),
  );
  expect(await judged([aRevert(0, "0xbeef")], { logs: [reverted()] })).toEqual(
    fault("WrongEffect"),
  );
  const twice = [aRevert(0), aRevert(1)];
  expect(await judged(twice, { logs: [reverted()] })).toEqual(fault("WrongEffect", 1));
  expect(await judged(twice, { logs: [reverted(), reverted()] })).toBeNull();
});

test.each([
  ["another target", aCall({ target: `0x${"dd".repeat(20)}` })],
  ["another value", aCall({ valueWei: "6" })],
  ["other call data", aCall({ callData: "0x1235" })],
  ["another block", aCall({}, { blockNumber: 9 })],
  ["another result", aCall({}, { returned: "0x" })],
  ["another step", { ...aCall(), step: 1 }],
])("a call with %s is a wrong effect", async (_, leaf) => {
  expect(await judged([leaf])).toEqual(fault("WrongEffect"));
});

test("a transaction that is not there is a lie at an endpoint that has come so far, else nobody can tell", async () => {
  const anchored = { ...aCall(), anchorNumber: 10, anchorHash: wordHex(10) };
  expect(await judged([anchored], { receipt: null })).toEqual(fault("WrongEffect"));
  await expect(judged([anchored], { receipt: null, head: 19 })).rejects.toThrow("ENDPOINT_BEHIND");
});

test("anchors lie between claim and record, and are blocks of this ledger", async () => {
  const at = (anchorNumber: number, anchorHash = wordHex(anchorNumber)) =>
    judged([aLeaf(0, { anchorNumber, anchorHash })]);
  expect(await at(10)).toBeNull();
  expect(await at(20)).toBeNull();
  expect(await at(9)).toEqual(fault("BrokenTranscript"));
  expect(await at(21)).toEqual(fault("BrokenTranscript"));
  expect(await at(Number.MAX_SAFE_INTEGER)).toEqual(fault("BrokenTranscript"));
  expect(await at(12, wordHex(13))).toEqual(fault("BrokenTranscript"));
});

test("an endpoint that fails, or has not come so far, is never the executor's fault", async () => {
  await expect(judged([aLeaf(0)], { isDown: true })).rejects.toThrow("no answer");
  await expect(judged([aLeaf(0)], { head: 11 })).rejects.toThrow("ENDPOINT_BEHIND");
});

test("a request that began after the revocation was known is one too many; what was refused is none", async () => {
  const late = aLeaf(0, { anchorNumber: 15, anchorHash: wordHex(15) });
  expect(await judged([late], { revokedBlock: 15 })).toEqual(fault("EffectAfterRevocation"));
  expect(await judged([late], { revokedBlock: 16 })).toBeNull();
  expect(await judged([{ ...late, status: 3 }], { revokedBlock: 15 })).toBeNull();
});

test.each(["HTTP", "CALL"] as const)(
  "%s: who says that the intent was revoked must be right by the record",
  async (kind) => {
    const output = { error: { code: "REVOKED", message: "" } };
    const refused = aLeaf(0, { kind, status: 3, output, endedMs: 1_000_000 } as Partial<Leaf>);
    // As the gateway skipped it: the executor's newest block may be older than the revocation.
    expect(await judged([refused], { revokedBlock: 20 })).toBeNull();
    expect(await judged([refused], { revokedBlock: 21 })).toEqual(fault("WrongEffect"));
    expect(await judged([refused])).toEqual(fault("WrongEffect"));
    expect(await judged([refused], { validUntilSec: 1_000 })).toBeNull();
    expect(await judged([refused], { validUntilSec: 1_003 })).toEqual(fault("WrongEffect"));
    const leaseOver = { error: { code: "LEASE_OVER", message: "" } };
    expect(await judged([{ ...refused, output: leaseOver }])).toBeNull();
  },
);

test("a call that was done before the revocation and adopted after it is right", async () => {
  const adopted = { ...aCall(), anchorNumber: 15, anchorHash: wordHex(15) };
  expect(await judged([adopted], { revokedBlock: 14 })).toBeNull();
});
