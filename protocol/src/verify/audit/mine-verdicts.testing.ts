import { FIRST_SEED, mixOf, roundSeed } from "../../encoding/beacon.ts";
import { drawSeats } from "../../encoding/draw.ts";
import { verdictDigest } from "../../encoding/duty-structures.ts";
import { FAULT_NUMBERS, type FaultName } from "../../encoding/fault.ts";
import { keccakText } from "../../encoding/hasher.ts";
import type { Hex } from "../../encoding/hex.ts";
import { reportHash } from "../../encoding/report.ts";
import { commitmentsHash, verdictCommitment } from "../../encoding/sealed-opinion.ts";
import { packSeatEntries } from "../../encoding/seat-entries.ts";
import type { Lies } from "./lies.testing.ts";
import {
  addressOf,
  dutyKey,
  EXECUTOR,
  OPERATORS,
  separator,
  sign,
  T0,
} from "./synthetic-keys.testing.ts";
import { contracts, logOf, type SyntheticLedger } from "./synthetic-ledger.testing.ts";

export interface Seeds {
  readonly first: Hex;
  readonly generation: Hex;
}

/** Nodes, a generation, and the round before the batch's. */
export function mineNetwork(ledger: SyntheticLedger): Seeds {
  const numbers = Array.from({ length: OPERATORS }, (_, index) => BigInt(index + 1));
  const generation = keccakText("generation seed");
  const nodes = numbers.map((no) =>
    logOf(contracts.registry, "NodeAdded", [
      no + 100n,
      no,
      [
        no,
        3n,
        0n,
        true,
        addressOf(dutyKey(Number(no) + 100)),
        addressOf("action"),
        keccakText("ca"),
        "https://n",
      ],
    ]),
  );
  const opened = logOf(contracts.registry, "GenerationOpened", [1n, numbers, numbers, generation]);
  ledger.mine(T0 - 900, [nodes.slice(0, 3), [...nodes.slice(3), opened]]);
  return { first: mineRound(ledger, 1, FIRST_SEED), generation };
}

function mineRound(ledger: SyntheticLedger, round: number, previous: Hex): Hex {
  const preimages = [1, 2, 3].map((operatorNo) => ({
    operatorNo,
    preimage: keccakText(`preimage ${round} ${operatorNo}`),
  }));
  const seed = roundSeed(round, previous, mixOf(preimages));
  const revealed = logOf(contracts.beacon, "PreimagesRevealed", [
    BigInt(round),
    preimages.map(({ operatorNo }) => BigInt(operatorNo)),
    preimages.map(({ preimage }) => preimage),
  ]);
  const closed = logOf(contracts.beacon, "RoundClosed", [BigInt(round), seed, [4n, 5n, 6n, 7n]]);
  ledger.mine(T0 - 800 + 830 * (round - 1), [[revealed, closed]]);
  return seed;
}

/** The batch's round, its committee, and what it found. */
export function mineVerdicts(
  ledger: SyntheticLedger,
  seeds: Seeds,
  recordBlockHash: Hex,
  lies: Lies,
): void {
  const seed = mineRound(ledger, 2, seeds.first);
  const excluded = new Set([EXECUTOR - 1]);
  const drawn = drawSeats({ seed, batchNo: 9, draw: 0, verifiers: OPERATORS, excluded, wanted: 3 });
  const operators = lies.seats ?? drawn.map((position) => position + 1);
  const verdicts = operators.map((operatorNo, seat) => {
    const fault = lies.isFaulty === true && seat === 0 ? 1n : 0n;
    const report: Hex = fault === 0n ? "0x" : "0x000000020002";
    const salt = keccakText(`salt ${seat}`);
    const nodeNo = operatorNo + 100;
    return {
      batchNo: 9,
      draw: 0,
      nodeNo,
      fault,
      unable: 0n,
      report,
      reportHash: reportHash(report),
      salt,
    };
  });
  const set = commitmentsHash(verdicts.map((verdict) => verdictCommitment(verdict)));
  const seats = verdicts.map((verdict, seat) => {
    const audit = { auditSeq: 7, auditHead: keccakText(`head ${seat}`) };
    const signed = { ...verdict, recordBlockHash, commitmentsHash: set, ...audit };
    const digest = verdictDigest(signed, separator(contracts.executions));
    const signature = sign(digest, lies.verdictSigner ?? dutyKey(verdict.nodeNo));
    return { ...verdict, ...audit, signature };
  });
  const fault = lies.isFaulty === true ? 1n : 0n;
  const values = [9n, 0n, fault, 0n, 0n, 0n, recordBlockHash, packSeatEntries(seats)];
  ledger.mine(T0 + 40, [[logOf(contracts.executions, "Finalised", values)]]);
}

/** The record is void after all: by a vote, or by evidence of a fault. */
export function mineSettlement(ledger: SyntheticLedger, voided: FaultName | "vote"): void {
  const settled = logOf(contracts.executions, "ExecutionSettled", [9n, 0n, true, true]);
  const of = [BigInt(EXECUTOR), 9n, 0n, 4n, 0n, 77n] as const;
  const proven = (fault: FaultName) =>
    logOf(contracts.disputes, "FaultProven", [BigInt(FAULT_NUMBERS[fault]), ...of]);
  ledger.mine(T0 + 50, [voided === "vote" ? [settled] : [proven(voided), settled]]);
}
