import { chainStep, FIRST_SEED, mixOf, roundSeed } from "../encoding/beacon.ts";
import { drawSeats, replacementDraw, seatCount } from "../encoding/draw.ts";
import {
  denseOccurrenceId,
  eventOccurrenceId,
  executionId,
  TRIGGER_KINDS,
} from "../encoding/execution-id.ts";
import { keccak256 } from "../encoding/hasher.ts";
import { bytesToHex, type Hex, hexToBytes, joinHex } from "../encoding/hex.ts";
import { LEASE_CLASS_SEC } from "../encoding/lease-class.ts";
import { generationSeed, rankOf, rankStart } from "../encoding/rank.ts";
import { encodeReport, faultBits, reportHash } from "../encoding/report.ts";
import { commitmentsHash, verdictCommitment, voteCommitment } from "../encoding/sealed-opinion.ts";
import { packSeatEntries, unpackSeatEntries } from "../encoding/seat-entries.ts";
import { big, type Case, chainId, executions, word } from "./values.testing.ts";

/** Names of occurrences and executions. */
export function executionIds(): Case[] {
  const log = { chainId: 1, txHash: word("transaction"), logOrdinal: 3 };
  const intentHash = word("intent");
  const named = (occurrenceId: Hex) => ({
    ledgerChainId: chainId,
    executions,
    intentHash,
    occurrenceId,
    executionId: executionId({ chainId, executions }, intentHash, occurrenceId),
  });
  return [
    { kind: 1, ...log, ordinal: 0, ...named(eventOccurrenceId(log)) },
    ...(["interval", "manual", "cron", "block", "start"] as const).map((kind) => ({
      kind: TRIGGER_KINDS[kind],
      chainId: 0,
      txHash: word("none"),
      logOrdinal: 0,
      ordinal: 12,
      ...named(denseOccurrenceId(kind, 12)),
    })),
  ];
}

/** Ranks of all executors by position. */
export function ranks(): Case[] {
  return [1, 2, 7, 20, 128].map((executors) => {
    const seed = word(`seed of ${executors}`);
    const execution = word("execution");
    const start = rankStart(seed, execution, executors);
    const list = Array.from({ length: executors }, (_, p) => rankOf(p, start, executors));
    return { seed, executionId: execution, executors, start, ranks: list };
  });
}

/** Durations by class. */
export function leaseClasses(): Case[] {
  return LEASE_CLASS_SEC.map((durationSec, leaseClass) => ({ leaseClass, durationSec }));
}

/** Seeds of rounds, of generations, and steps of chains. */
export function seeds(): { readonly [file: string]: Case[] } {
  let seed = FIRST_SEED;
  const rounds = [1, 2, 3].map((round): Case => {
    const operatorNos = Array.from({ length: round }, (_, n) => n + 1);
    const preimages = operatorNos.map((operatorNo) => word(`preimage ${round} ${operatorNo}`));
    const mix = mixOf(
      operatorNos.map((operatorNo, n) => ({ operatorNo, preimage: preimages[n]! })),
    );
    const previousSeed = seed;
    seed = roundSeed(round, previousSeed, mix);
    return { round, previousSeed, operatorNos, preimages, mix: big(mix), seed };
  });
  return {
    rounds,
    generations: [1, 9].map((generation) => ({
      generation,
      roundSeed: seed,
      seed: generationSeed(generation, seed),
    })),
    chains: ["a", "b"].map((name) => ({
      preimage: word(name),
      tip: bytesToHex(chainStep(hexToBytes(word(name)))),
    })),
  };
}

/** Committees. */
export function draws(): Case[] {
  const setups: readonly (readonly [number, readonly number[], number])[] = [
    [7, [2], 0],
    [7, [2, 4, 5], 1],
    [9, [0], replacementDraw(0, 1)],
    [10, [9], 2],
    [20, [0, 1, 2, 3], replacementDraw(2, 2)],
    [128, [64], 0],
    [3, [0, 1], 0],
  ];
  return setups.map(([verifiers, positions, draw], index) => {
    const seed: Hex = `0x${word(`draw ${index}`).slice(2, 56)}`;
    const excluded = new Set(positions);
    const wanted = seatCount(verifiers);
    const batchNo = 100 + index;
    const seats = drawSeats({ seed, batchNo, draw, verifiers, excluded, wanted });
    const bits = positions.reduce((sum, position) => sum | (1n << BigInt(position)), 0n);
    return { seed, batchNo, draw, verifiers, excluded: big(bits), wanted, seats };
  });
}

/** Reports and commitments. */
export function opinions(): { readonly [file: string]: Case[] } {
  const faults = [
    { index: 0, leaf: 2, fault: "WrongStep" },
    { index: 255, leaf: 0, fault: "BundleMismatch" },
  ] as const;
  const report = encodeReport(faults);
  const [fault, salt] = [faultBits(faults), word("salt")];
  const verdict = { batchNo: 7, draw: 0, nodeNo: 3, reportHash: reportHash(report), salt };
  const vote = {
    disputeNo: 3,
    operatorNo: 5,
    fault: 3,
    leaf: 2,
    reportHash: word("report"),
    salt,
  };
  const set = ["a", "b", "c"].map((name) => word(`commitment ${name}`));
  const commitment = verdictCommitment({ ...verdict, fault, unable: 4n });
  return {
    reports: [
      {
        indexes: faults.map(({ index }) => index),
        leaves: faults.map(({ leaf }) => leaf),
        faults: [2, 5],
        bits: big(fault),
        report,
        reportHash: reportHash(report),
      },
    ],
    "seat-entries": [seatEntries(report)],
    "verdict-commitments": [{ ...verdict, fault: big(fault), unable: big(4n), commitment }],
    "commitment-sets": [{ commitments: set, commitmentsHash: commitmentsHash(set) }],
    "vote-commitments": [{ ...vote, commitment: voteCommitment(vote) }],
  };
}

function seatEntries(report: Hex): Case {
  const entries = packSeatEntries(
    [report, "0x" as const].map((own, index) => ({
      ...{ nodeNo: 3 + index, unable: index === 0 ? 4n : 0n, report: own, auditSeq: 9 + index },
      ...{ salt: word(`salt ${index}`), auditHead: word(`head ${index}`) },
      signature: joinHex(word(`r ${index}`), word(`s ${index}`), "0x1b"),
    })),
  );
  const seats = unpackSeatEntries(entries);
  return {
    entries,
    nodeNos: seats.map(({ nodeNo }) => nodeNo),
    faults: seats.map(({ fault }) => big(fault)),
    unables: seats.map(({ unable }) => big(unable)),
    reportHashes: seats.map((seat) => seat.reportHash),
    salts: seats.map(({ salt }) => salt),
    auditSeqs: seats.map(({ auditSeq }) => auditSeq),
    auditHeads: seats.map(({ auditHead }) => auditHead),
    signatureHashes: seats.map(({ signature }) => keccak256(signature)),
  };
}
