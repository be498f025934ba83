import {
  type BatchItem,
  denseOccurrenceId,
  eventOccurrenceId,
  executionId,
  fireDigest,
  type Hex,
  type Json,
  jsonHash,
  keccakText,
  wordHex,
} from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { Rpc } from "@deed/sdk";
import fc from "fast-check";
import { privateKeyToAccount, sign } from "viem/accounts";
import { describe, expect, test } from "vitest";
import { FirstBook } from "../chain-events/first-book.ts";
import { anIntent, aPlan } from "../roles/intent.testing.ts";
import type { ManualEntry } from "./claimed-fire.ts";
import { establishOccurrence, type OccurrenceParts } from "./establish-occurrence.ts";

const LEDGER = { chainId: 31337, executions: `0x${"11".repeat(20)}` } as const;
const OTHER_CHAIN = 10;
const OWNER_KEY = wordHex(7);
const OWNER = privateKeyToAccount(OWNER_KEY).address.toLowerCase() as Hex;
const WRONG = { kind: "fault", fault: "WrongTrigger", leaf: 0 };

function parts(changes: Partial<OccurrenceParts> = {}): OccurrenceParts {
  return {
    ...LEDGER,
    intentsDomain: wordHex(5),
    chains: new Map(),
    firsts: new FirstBook({ ledgerChainId: LEDGER.chainId, chunkBlocks: 100 }, new Map()),
    claimedFire: () => Promise.resolve(null),
    firstClaim: () => Promise.reject(new Error("nobody asks")),
    ...changes,
  };
}

describe("a manual fire", () => {
  const intent = {
    ...anIntent(1, { kind: 3, owner: OWNER }),
    plan: aPlan([], { trigger: { kind: "manual" } }),
  };
  const occurrenceId = denseOccurrenceId("manual", 4);
  const item: BatchItem = {
    executionId: executionId(LEDGER, intent.intentHash, occurrenceId),
    intentNo: 1,
    attempt: 1,
    ordinal: 4,
    t0Sec: 900,
  };
  const fire = { kind: "manual", ordinal: 4, input: { a: 1 }, firedAtSec: 900, validUntilSec: 950 };
  const digest = fireDigest(
    {
      intentHash: intent.intentHash,
      ordinal: 4,
      inputHash: jsonHash(fire.input),
      firedAtSec: 900,
      validUntilSec: 950,
    },
    wordHex(5),
  );
  const signed = () => sign({ hash: digest, privateKey: OWNER_KEY, to: "hex" });
  const wallets: Hex = `0x${"ab".repeat(65)}`;

  test("of a key is the owner's, or it is nobody's", async () => {
    const signature = await signed();
    const right = await establishOccurrence(parts(), intent, item, { ...fire, signature });
    expect(right).toMatchObject({ kind: "occurrence", occurrence: { nowSec: 900 } });
    const other = { ...fire, input: { a: 2 }, signature };
    expect(await establishOccurrence(parts(), intent, item, other)).toEqual(WRONG);
  });

  test("of a wallet is what the ledger took at the claim", async () => {
    const entry: ManualEntry = {
      kind: "manual",
      intentNo: 1,
      ordinal: 4,
      inputHash: jsonHash(fire.input),
      firedAtSec: 900,
      validUntilSec: 950,
      signature: wallets,
    };
    const claimedFire = () => Promise.resolve(entry);
    const claimed = { ...fire, signature: wallets };
    const right = await establishOccurrence(parts({ claimedFire }), intent, item, claimed);
    expect(right.kind).toBe("occurrence");
    const lies = [
      { ...claimed, input: { a: 2 } },
      { ...claimed, validUntilSec: 951 },
      { ...claimed, signature: `0x${"ac".repeat(65)}` },
    ];
    for (const lie of lies) {
      expect(await establishOccurrence(parts({ claimedFire }), intent, item, lie)).toEqual(WRONG);
    }
    const down = () => Promise.reject(new Error("no answer"));
    const unable = await establishOccurrence(parts({ claimedFire: down }), intent, item, claimed);
    expect(unable).toMatchObject({ kind: "unable", code: "ENDPOINT_FAILED" });
  });

  test("of any form is answered, never thrown at", async () => {
    const signature = await signed();
    const odd: Json[] = [
      null,
      [],
      "manual",
      { ...fire },
      { ...fire, signature: 7 },
      { ...fire, signature, validUntilSec: "950" },
      { ...fire, signature, validUntilSec: -1 },
      { ...fire, signature, validUntilSec: 2 ** 52 },
      { ...fire, signature, more: 1 },
      { ...fire, signature, ordinal: 4.5 },
    ];
    for (const claimed of odd) {
      expect(await establishOccurrence(parts(), intent, item, claimed)).toEqual(WRONG);
    }
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (claimed) => {
        const found = await establishOccurrence(parts(), intent, item, claimed as Json);
        expect(found).toEqual(WRONG);
      }),
      { numRuns: 100 },
    );
  });

  test("with a number beyond 2^53 is wrong, whatever was signed", async () => {
    const huge = { ...item, ordinal: 2 ** 60 };
    expect(await establishOccurrence(parts(), intent, huge, null)).toEqual(WRONG);
  });
});

describe("an event", () => {
  const CONTRACT: Hex = `0x${"cc".repeat(20)}`;
  const TX = wordHex(21);
  const trigger = (chainId: number) =>
    ({
      kind: "event",
      chainId,
      contract: CONTRACT,
      signature: "Ping(uint256)",
      topic0: keccakText("Ping(uint256)"),
      parameters: [{ name: "value", type: "uint256", indexed: false }],
      where: null,
      confidence: "latest",
    }) as Plan["trigger"];
  const log = {
    address: CONTRACT,
    topics: [keccakText("Ping(uint256)")],
    data: wordHex(3),
    blockNumber: "0x9",
    blockHash: wordHex(9),
    transactionHash: TX,
    logIndex: "0x0",
  };
  const place = { txHash: TX, logOrdinal: 0 };

  function anEvent(chainId = OTHER_CHAIN, startSec = 0) {
    const plan = aPlan([], { trigger: trigger(chainId) });
    const intent = { ...anIntent(1, { kind: 1, start: startSec, registeredBlock: 5 }), plan };
    const occurrenceId = eventOccurrenceId({ chainId, ...place });
    const name = executionId(LEDGER, intent.intentHash, occurrenceId);
    const item = { executionId: name, intentNo: 1, attempt: 1, ordinal: 0, t0Sec: 900 };
    return { intent, item };
  }

  /** An endpoint that answers so. */
  function endpoint(answers: { receipt?: unknown; block?: unknown; headSec?: number }): Rpc {
    const { receipt = { logs: [log] }, block = { timestamp: "0x384" }, headSec = 1000 } = answers;
    const request = async (method: string, params: readonly unknown[]): Promise<unknown> => {
      if (method === "eth_getBlockByNumber") return { timestamp: `0x${headSec.toString(16)}` };
      if (params[0] !== TX && method === "eth_getTransactionReceipt") throw new Error("bad hash");
      return method === "eth_getTransactionReceipt" ? receipt : block;
    };
    return { url: "", request: request as Rpc["request"] };
  }

  const judged = (rpc: Rpc | null, claimed: Json = place, chainId = OTHER_CHAIN, startSec = 0) => {
    const { intent, item } = anEvent(chainId, startSec);
    const chains = new Map(rpc === null ? [] : [[chainId, rpc] as const]);
    return establishOccurrence(parts({ chains }), intent, item, claimed);
  };

  test("that is there is the occurrence", async () => {
    const found = await judged(endpoint({}));
    expect(found).toMatchObject({ occurrence: { payload: { event: { value: "3" } } } });
  });

  test("that an endpoint ahead of its time does not have is a lie; one that lags cannot tell", async () => {
    expect(await judged(endpoint({ receipt: null }))).toEqual(WRONG);
    expect(await judged(endpoint({ receipt: { logs: [] } }))).toEqual(WRONG);
    const unable = { kind: "unable", code: "ENDPOINT_FAILED" };
    expect(await judged(endpoint({ receipt: null, headSec: 900 }))).toMatchObject(unable);
    expect(await judged(endpoint({ block: null }))).toMatchObject(unable);
    expect(await judged(null)).toMatchObject({ kind: "unable", code: "NO_ENDPOINT" });
  });

  test("of another time, or from before the registration, is wrong", async () => {
    expect(await judged(endpoint({ block: { timestamp: "0x385" } }))).toEqual(WRONG);
    expect(await judged(endpoint({}), place, OTHER_CHAIN, 901)).toEqual(WRONG);
    const early = { logs: [{ ...log, blockNumber: "0x4" }] };
    expect(await judged(endpoint({ receipt: early }), place, LEDGER.chainId)).toEqual(WRONG);
  });

  test("whose place is nonsense is wrong, and nobody is asked: a refusal is no failure of ours", async () => {
    const odd: Json[] = [
      null,
      {},
      { txHash: "0x12", logOrdinal: 0 },
      { txHash: TX, logOrdinal: -1 },
      { txHash: TX, logOrdinal: 0.5 },
      { txHash: TX, logOrdinal: "0" },
    ];
    for (const claimed of odd) expect(await judged(endpoint({}), claimed)).toEqual(WRONG);
  });
});
