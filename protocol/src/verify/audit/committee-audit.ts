import { FIRST_SEED, mixOf, roundSeed } from "../../encoding/beacon.ts";
import { drawSeats, seatCount } from "../../encoding/draw.ts";
import { verdictDigest } from "../../encoding/duty-structures.ts";
import type { Hex } from "../../encoding/hex.ts";
import { commitmentsHash, verdictCommitment } from "../../encoding/sealed-opinion.ts";
import { type SeatEntry, unpackSeatEntries } from "../../encoding/seat-entries.ts";
import { domainSeparator } from "../../encoding/typed-data.ts";
import type { AbiValue } from "../chain/abi.ts";
import type { AuditContext } from "./audit-context.ts";
import { type AuditedBatch, type AuditedNode, nodeOf, signerFinding } from "./batch-audit.ts";
import { all, type CheckName, type Finding, failed, ok, same, unknown } from "./check.ts";
import { attempt, eventsWhere, type SeenEvent } from "./ledger-view.ts";

const VERIFIER = 2;

/** A committee's judgement of a batch. */
export interface AuditedDraw {
  readonly draw: number;
  readonly finalised: SeenEvent;
  /** How many seats spoke in one transaction; 0 when their verdicts came one by one. */
  readonly seats: number;
}

interface Seat extends SeatEntry {
  readonly node: AuditedNode | null;
}

/** Checks each committee: its round, its draw, its verdicts. */
export function auditCommittees(
  context: AuditContext,
  batch: AuditedBatch,
): readonly AuditedDraw[] {
  const { recorded, batchNo } = batch;
  if (recorded === null) return [];
  const draws: AuditedDraw[] = [];
  let round = recorded.values["round"] as bigint;
  for (const finalised of eventsWhere(context.view, "Finalised", { batchNo: BigInt(batchNo) })) {
    const draw = Number(finalised.values["draw"]);
    if (draw !== draws.length) break;
    const seats = seatsOf(context, finalised);
    if (seats === null) {
      const reason = failed("the verdicts are no entries of seats");
      context.findings.add("commitments", `batch ${batchNo}, draw ${draw}`, reason);
      break;
    }
    auditDraw(context, batch, { draw, round, finalised, seats });
    draws.push({ draw, finalised, seats: seats.length });
    round = finalised.values["round"] as bigint;
  }
  return draws;
}

interface Committee {
  readonly draw: number;
  readonly round: bigint;
  readonly finalised: SeenEvent;
  readonly seats: readonly Seat[];
}

function auditDraw(context: AuditContext, batch: AuditedBatch, committee: Committee): void {
  const { draw, round, seats } = committee;
  const subject = `batch ${batch.batchNo}, draw ${draw}`;
  const add = (name: CheckName, finding: Finding) => context.findings.add(name, subject, finding);
  const [closed] = eventsWhere(context.view, "RoundClosed", { round });
  add("round", closed?.proof ?? unknown(`the file does not show the end of round ${round}`));
  add("seed", closed === undefined ? unknown("no round") : seedFinding(context, round, closed));
  if (seats.length === 0) {
    const reason = "the verdicts came one by one; the ledger judged them";
    context.findings.trust(`the ledger's judgement of the verdicts of ${subject}`);
    for (const name of ["draw", "commitments", "verdict-signatures"] as const)
      add(name, ok(reason));
    return;
  }
  const nodes = seats.map(
    ({ nodeNo, node }) => node?.proof ?? unknown(`node ${nodeNo} is not shown`),
  );
  context.findings.add("nodes", subject, all(nodes));
  add("draw", closed === undefined ? unknown("no round") : drawFinding(batch, committee, closed));
  add("commitments", openingsFinding(committee));
  const drawnAtSec = closed?.timestampSec ?? null;
  add("verdict-signatures", signaturesFinding(context, batch, { ...committee, drawnAtSec }));
}

function seedFinding(context: AuditContext, round: bigint, closed: SeenEvent): Finding {
  const [before] = eventsWhere(context.view, "RoundClosed", { round: round - 1n });
  const previous = round === 1n ? FIRST_SEED : (before?.values["seed"] as Hex | undefined);
  const revealed = eventsWhere(context.view, "PreimagesRevealed", { round });
  if (previous === undefined)
    return unknown(`the file does not show the end of round ${round - 1n}`);
  if (revealed.length === 0) return unknown("the file shows no preimages");
  const isEven = revealed.every(
    ({ values }) => lengthOf(values["preimages"]) === lengthOf(values["operatorNos"]),
  );
  if (!isEven) return failed("there are not as many preimages as operators");
  const preimages = revealed.flatMap(({ values }) => {
    const given = values["preimages"] as readonly Hex[];
    return (values["operatorNos"] as readonly bigint[]).map((operatorNo, index) => ({
      operatorNo: Number(operatorNo),
      preimage: given[index]!,
    }));
  });
  const distinct = new Set(preimages.map(({ operatorNo }) => operatorNo));
  if (distinct.size !== preimages.length) return unknown("an operator's preimage stands twice");
  const seed = roundSeed(Number(round), previous, mixOf(preimages, context.hasher), context.hasher);
  return all([same("seed", closed.values["seed"], seed), ...revealed.map(({ proof }) => proof)]);
}

function lengthOf(list: AbiValue | undefined): number {
  return (list as readonly AbiValue[]).length;
}

function drawFinding(batch: AuditedBatch, committee: Committee, closed: SeenEvent): Finding {
  const { generation, node, batchNo } = batch;
  if (generation === null || node === null) return unknown("generation or executor is missing");
  const { verifiers } = generation;
  const position = verifiers.indexOf(node.operatorNo);
  const positions = drawSeats({
    seed: closed.values["seed"] as Hex,
    batchNo,
    draw: committee.draw,
    verifiers: verifiers.length,
    excluded: new Set(position < 0 ? [] : [position]),
    wanted: seatCount(verifiers.length),
  });
  const drawn = positions.map((seat) => verifiers[seat]!);
  const sitting = committee.seats.map((seat) => seat.node?.operatorNo ?? 0);
  if (sitting.includes(0)) return unknown("a seat's node is not shown");
  return same("operators", drawn.join(" "), sitting.join(" "));
}

// That the openings are what was committed to is a part of each signature's digest; a seat's faults are its report's.
function openingsFinding({ seats, finalised }: Committee): Finding {
  const union = (name: "fault" | "unable") =>
    seats.reduce((bits, seat) => bits | seat[name], 0n).toString(16);
  const { fault, unable, pending } = finalised.values as { readonly [name: string]: bigint };
  return all([
    same("faults", union("fault"), fault!.toString(16)),
    same("unable", union("unable"), unable!.toString(16)),
    same("pending", (unable! & ~fault!).toString(16), pending!.toString(16)),
  ]);
}

function signaturesFinding(
  context: AuditContext,
  batch: AuditedBatch,
  committee: Committee & { readonly drawnAtSec: number | null },
): Finding {
  const { seats, draw, finalised, drawnAtSec } = committee;
  const { run, hasher, recovery } = context;
  const { batchNo, recorded } = batch;
  const recordBlockHash = finalised.values["recordBlockHash"] as Hex;
  if (recordBlockHash !== recorded?.blockHash) {
    return failed("the verdicts name another block of the record");
  }
  const set = commitmentsHash(
    seats.map((seat) => verdictCommitment({ ...seat, batchNo, draw }, hasher)),
    hasher,
  );
  const separator = domainSeparator(
    { chainId: run.chainId, verifyingContract: run.contracts.executions },
    hasher,
  );
  const findings = seats.map((seat): Finding => {
    if (seat.node === null) return unknown(`node ${seat.nodeNo} is not shown`);
    if ((seat.node.roles & VERIFIER) === 0) return failed(`node ${seat.nodeNo} is no verifier`);
    const verdict = { ...seat, batchNo, draw, recordBlockHash, commitmentsHash: set };
    const digest = attempt(() => verdictDigest(verdict, separator, hasher));
    // A number that no structure holds, for example an audit position beyond 2^53.
    if (typeof digest !== "string") return failed(`node ${seat.nodeNo} cannot have signed this`);
    const signer = recovery.recover(digest, seat.signature);
    return signerFinding(`signer of node ${seat.nodeNo}`, seat.node, drawnAtSec, signer);
  });
  return all(findings);
}

/** Null when the entries are none; the ledger would not have taken them. */
function seatsOf(context: AuditContext, { values }: SeenEvent): readonly Seat[] | null {
  const entries = attempt(() => unpackSeatEntries(values["verdicts"] as Hex, context.hasher));
  if (entries instanceof Error) return null;
  return entries.map((entry) => ({ ...entry, node: nodeOf(context, BigInt(entry.nodeNo)) }));
}
