import { FAULT_NUMBERS, type FaultName, wordHex } from "@deed/protocol/encoding";
import { DEVNET_PARAMETERS, type LedgerEvent } from "@deed/sdk";
import { expect, test } from "vitest";
import type { SlashSeen } from "./crash-charge.ts";
import { slashesSeen } from "./slashes-seen.ts";

/** One event; block `no` is stamped at 1,000 s + `no`, and holds one transaction. */
function event(blockNumber: number, fields: object): LedgerEvent {
  const place = { blockNumber, blockHash: wordHex(1), txHash: wordHex(blockNumber), logIndex: 0 };
  return { ...fields, place } as unknown as LedgerEvent;
}

function slashed(blockNumber: number, fault: FaultName): LedgerEvent {
  const fields = { operatorNo: 4, reporterNo: 0, fault: FAULT_NUMBERS[fault], amountWei: 5n };
  return event(blockNumber, { name: "Slashed", ...fields });
}

async function missed(...events: readonly LedgerEvent[]): Promise<SlashSeen["missed"]> {
  const parameters = { ...DEVNET_PARAMETERS, leaseMarginSec: 20, verdictWindowSec: 60 };
  const timeMs = (blockNumber: number) => Promise.resolve((1_000 + blockNumber) * 1_000);
  const [seen] = await slashesSeen({ events, parameters, timeMs });
  expect(seen).toMatchObject({ operatorNo: 4, amountWei: 5n });
  return seen!.missed;
}

const claim = { batchNo: 56, nodeNo: 4, deadlineSec: 1_040 };

test("a record was missed from the claim until effects must end", async () => {
  const span = { what: "batch 56", nodeNos: [4], fromMs: 1_010_000, untilMs: 1_026_000 };
  for (const name of ["Claimed", "Reclaimed"]) {
    const of = { name: "BatchExpired", batchNo: 56, nodeNo: 4 };
    const events = [event(10, { name, ...claim }), event(50, of)];
    expect(await missed(...events, slashed(50, "ClaimWithoutRecord"))).toEqual(span);
  }
});

test("which record was missed is told by the same transaction alone", async () => {
  const of = { name: "BatchExpired", batchNo: 56, nodeNo: 4 };
  const events = [event(10, { name: "Claimed", ...claim }), event(49, of)];
  expect(await missed(...events, slashed(50, "ClaimWithoutRecord"))).toBeNull();
});

test("a bundle was missed for a third of the verdict window, by its executor and who asked", async () => {
  const asked = { name: "DataChallenged", batchNo: 23, challengerNo: 4, bits: 1n };
  const ended = { name: "ChallengeEnded", batchNo: 23, unanswered: 0n };
  expect(
    await missed(
      event(10, { name: "Recorded", batchNo: 23, nodeNo: 6 }),
      event(40, asked),
      event(45, ended),
      slashed(45, "NeedlessChallenge"),
    ),
  ).toEqual({
    what: "bundle of batch 23",
    nodeNos: [4, 6],
    fromMs: 1_020_000,
    untilMs: 1_040_000,
  });
});

test.each([
  ["MissingPreimage", DEVNET_PARAMETERS.beaconWindowSec],
  ["MissingVerdict", 60],
  ["MissingVote", DEVNET_PARAMETERS.voteCommitSec + DEVNET_PARAMETERS.voteRevealSec],
] as const)("%s is silence in the window before", async (fault, windowSec) => {
  const span = await missed(slashed(90, fault));
  expect(span).toMatchObject({ nodeNos: [4], untilMs: 1_090_000 });
  expect(span!.fromMs).toBe(1_090_000 - windowSec * 1_000);
});

test.each(["WrongStep", "RepeatedSilence", "DataWithheld"] as const)(
  "no time explains %s",
  async (fault) => {
    expect(await missed(slashed(90, fault))).toBeNull();
  },
);
