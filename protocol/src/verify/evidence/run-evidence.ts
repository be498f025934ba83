import type { ExportedExecution, ExportedRun } from "../../bundle/run.ts";
import { type Hasher, nobleHasher } from "../../encoding/hasher.ts";
import { bytesToHex, type Hex } from "../../encoding/hex.ts";
import { itemLeaf } from "../../encoding/item.ts";
import { merklePath, verifyPath } from "../../encoding/merkle.ts";
import { recordLeaves, recordRoot, splitRecords } from "../../encoding/record.ts";
import { commitmentsHash, verdictCommitment } from "../../encoding/sealed-opinion.ts";
import { unpackSeatEntries } from "../../encoding/seat-entries.ts";
import { nobleRecovery } from "../../encoding/signature.ts";
import type { AuditContext } from "../audit/audit-context.ts";
import { type AuditedBatch, auditBatch } from "../audit/batch-audit.ts";
import { Findings } from "../audit/check.ts";
import { auditIntent } from "../audit/intent-audit.ts";
import { attempt, eventsWhere, type SeenEvent, viewLedger } from "../audit/ledger-view.ts";
import { claimedItem } from "../audit/occurrence-of-item.ts";
import { contradictedFault, contradictedVerdict } from "./contradiction.ts";
import { foreignRecord, recordEquivocation, verdictEquivocation } from "./equivocation.ts";
import type { Evidence, RecordProof, SignedRecordBatch, SignedVerdict } from "./evidence.ts";
import { recordEvidence } from "./record-evidence.ts";

/** Evidence, and the execution that it is about; null when it is about a signature. */
export interface FoundEvidence {
  readonly executionId: Hex | null;
  readonly evidence: Evidence;
}

/** What the files do not hold, or do not agree on. */
export interface RunKnowledge {
  /** Blocks of the first revocations, by intent hash. */
  readonly revokedBlocks: ReadonlyMap<Hex, number>;
  /** Nodes that claimed the batches, by batch number, as the ledger says. */
  readonly holders: ReadonlyMap<number, number>;
}

/**
 * What a contract can judge of exported runs: of each execution its record and transcript, and two signatures for one
 * place wherever the files, of one ledger or of two that contradict each other, hold them. Nothing is asked of anybody.
 */
export function runEvidence(
  runs: readonly ExportedRun[],
  known: RunKnowledge,
  hasher: Hasher = nobleHasher,
): readonly FoundEvidence[] {
  const contexts = runs.map((run) => contextOf(run, hasher));
  const found = contexts.flatMap((context) =>
    context.run.executions.flatMap((execution) =>
      ofExecution(context, execution, known).map((evidence) => ({
        executionId: execution.executionId,
        evidence,
      })),
    ),
  );
  const signed = contexts.map((context) => signedIn(context));
  const ofSignatures = [
    ...equivocations(signed),
    ...foreignRecords(signed, known),
    ...contexts.flatMap((context, at) => contradictions(context, signed[at]!)),
  ];
  return unique([...found, ...ofSignatures.map((evidence) => ({ executionId: null, evidence }))]);
}

function contextOf(run: ExportedRun, hasher: Hasher): AuditContext {
  const findings = new Findings();
  const view = viewLedger(run, [], findings, hasher);
  return { run, view, findings, compile: null, scripts: null, hasher, recovery: nobleRecovery };
}

function ofExecution(
  context: AuditContext,
  execution: ExportedExecution,
  { revokedBlocks }: RunKnowledge,
): readonly Evidence[] {
  const { intentHash } = execution;
  const intent = auditIntent(context, intentHash);
  const batch = auditBatch(context, execution.batchNo);
  if (batch === null) return [];
  const record = recordProof(context, execution, batch, intent);
  if (record === null) return [];
  return recordEvidence(
    {
      record,
      bundle: execution.bundle,
      plan: intent?.plan ?? null,
      intent: intent?.intent ?? null,
      revokedBlock: revokedBlocks.get(intentHash) ?? null,
    },
    context.hasher,
  );
}

function recordProof(
  context: AuditContext,
  execution: ExportedExecution,
  batch: AuditedBatch,
  intent: ReturnType<typeof auditIntent>,
): RecordProof | null {
  const { hasher } = context;
  const { index, itemPath, batchNo } = execution;
  const item = claimedItem(context, execution, intent, batch);
  const own = batch.records[index] ?? null;
  const { recorded } = batch;
  if (item === null || own === null || recorded === null) return null;
  const count = batch.records.length;
  // A path that does not lead to the root proves nothing.
  if (!verifyPath(batch.itemsRoot, itemLeaf(item, hasher), index, count, itemPath, hasher)) {
    return null;
  }
  const leaves = attempt(() =>
    recordLeaves(
      splitRecords(recorded.values["records"] as Hex),
      recorded.values["posted"] as bigint,
      count,
      hasher,
    ),
  );
  if (leaves instanceof Error) return null;
  const recordPath = merklePath(leaves, index, hasher);
  return { batchNo, index, item, itemPath, record: bytesToHex(own), recordPath };
}

/** A signed structure, and whose. */
interface Signed<Structure> {
  readonly nodeNo: number;
  readonly structure: Structure;
}

interface SignedStructures {
  readonly records: readonly Signed<SignedRecordBatch>[];
  readonly verdicts: readonly Signed<SignedVerdict>[];
}

function signedIn(context: AuditContext): SignedStructures {
  const batches = context.run.batches;
  return {
    records: batches.flatMap(({ batchNo, itemsRoot }) =>
      eventsWhere(context.view, "Recorded", { batchNo: BigInt(batchNo) }).flatMap((event) =>
        signedRecord(context, event, itemsRoot),
      ),
    ),
    verdicts: batches.flatMap(({ batchNo }) =>
      eventsWhere(context.view, "Finalised", { batchNo: BigInt(batchNo) }).flatMap(signedVerdicts),
    ),
  };
}

function signedRecord(
  context: AuditContext,
  { values }: SeenEvent,
  itemsRoot: Hex,
): readonly Signed<SignedRecordBatch>[] {
  const { hasher } = context;
  const batchNo = Number(values["batchNo"]);
  const count = auditBatch(context, batchNo)?.claimed.length ?? 0;
  const posted = values["posted"] as bigint;
  const root = attempt(() =>
    recordRoot(splitRecords(values["records"] as Hex), posted, count, hasher),
  );
  if (root instanceof Error) return [];
  const structure = {
    batchNo,
    itemsRoot,
    recordRoot: root,
    posted,
    auditSeq: Number(values["auditSeq"]),
    auditHead: values["auditHead"] as Hex,
    signature: values["signature"] as Hex,
  };
  return [{ nodeNo: Number(values["nodeNo"]), structure }];
}

function signedVerdicts({ values }: SeenEvent): readonly Signed<SignedVerdict>[] {
  const batchNo = Number(values["batchNo"]);
  const draw = Number(values["draw"]);
  const recordBlockHash = values["recordBlockHash"] as Hex;
  const seats = attempt(() => unpackSeatEntries(values["verdicts"] as Hex));
  if (seats instanceof Error) return [];
  const set = commitmentsHash(seats.map((seat) => verdictCommitment({ ...seat, batchNo, draw })));
  return seats.map(({ nodeNo, salt: _, report: _report, ...seat }) => ({
    nodeNo,
    structure: { ...seat, batchNo, draw, recordBlockHash, commitmentsHash: set },
  }));
}

function equivocations(files: readonly SignedStructures[]): readonly Evidence[] {
  const records = files.flatMap((file) => file.records);
  const verdicts = files.flatMap((file) => file.verdicts);
  return [...pairs(records, recordEquivocation), ...pairs(verdicts, verdictEquivocation)];
}

/** A history that nobody else has may show records by nodes that never held their batches. */
function foreignRecords(
  files: readonly SignedStructures[],
  { holders }: RunKnowledge,
): readonly Evidence[] {
  return files.flatMap(({ records }) =>
    records.flatMap(({ nodeNo, structure }) => {
      const holderNo = holders.get(structure.batchNo) ?? null;
      return foreignRecord(nodeNo, structure, holderNo) ?? [];
    }),
  );
}

/** Seats that found right what a contract found proven afterwards, and voided. */
function contradictions(
  { run, view }: AuditContext,
  { verdicts }: SignedStructures,
): readonly Evidence[] {
  return run.batches.flatMap(({ batchNo }) => {
    const place = { batchNo: BigInt(batchNo) };
    const settled = eventsWhere(view, "ExecutionSettled", place);
    const own = verdicts.filter(({ structure }) => structure.batchNo === batchNo);
    return eventsWhere(view, "FaultProven", place).flatMap(({ values, blockHash }) => {
      const fault = contradictedFault(Number(values["fault"]));
      // A signature's fault voids nothing.
      const isVoided = settled.some(
        (event) => event.blockHash === blockHash && event.values["index"] === values["index"],
      );
      if (fault === null || !isVoided) return [];
      const proven = { fault, index: Number(values["index"]) };
      return own.flatMap(
        ({ nodeNo, structure }) => contradictedVerdict(nodeNo, structure, proven) ?? [],
      );
    });
  });
}

function pairs<Structure extends { readonly batchNo: number }>(
  signed: readonly Signed<Structure>[],
  compare: (nodeNo: number, first: Structure, second: Structure) => Evidence | null,
): readonly Evidence[] {
  const byPlace = new Map<string, Signed<Structure>[]>();
  for (const one of signed) {
    const place = `${one.nodeNo}:${one.structure.batchNo}`;
    const others = byPlace.get(place);
    if (others === undefined) byPlace.set(place, [one]);
    else others.push(one);
  }
  return [...byPlace.values()].flatMap((group) =>
    group.flatMap((first, at) =>
      group
        .slice(at + 1)
        .flatMap(({ structure }) => compare(first.nodeNo, first.structure, structure) ?? []),
    ),
  );
}

/** One piece for each fault and place: files may hold the same execution. */
function unique(found: readonly FoundEvidence[]): readonly FoundEvidence[] {
  const seen = new Set<string>();
  return found.filter(({ evidence }) => {
    const key = keyOf(evidence);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function keyOf(evidence: Evidence): string {
  if ("record" in evidence) {
    const { batchNo, index } = evidence.record;
    return `${evidence.fault}:${batchNo}:${index}`;
  }
  const { first, nodeNo } = evidence;
  const draw = "draw" in first ? first.draw : 0;
  return `${evidence.fault}:${first.batchNo}:${draw}:${nodeNo}`;
}
