import { type Hex, type Json, TRIGGER_KINDS, type TriggerKind } from "@deed/protocol/encoding";
import {
  count,
  fields,
  hexBytes,
  json,
  listOf,
  nullable,
  oneOf,
  type Shape,
  text,
  word,
} from "./shape.ts";

export type TriggerName = TriggerKind;
export type ExecutionStateName =
  | "due"
  | "claiming"
  | "claimed"
  | "running"
  | "done"
  | "recorded"
  | "final"
  | "void"
  | "failed"
  | "missed"
  | "refused";

export const triggerName: Shape<TriggerName> = oneOf<TriggerName>(
  Object.keys(TRIGGER_KINDS) as TriggerKind[],
);
const executionState = oneOf<ExecutionStateName>([
  "due",
  "claiming",
  "claimed",
  "running",
  "done",
  "recorded",
  "final",
  "void",
  "failed",
  "missed",
  "refused",
]);

export interface ExecutionSummary {
  readonly executionId: Hex;
  readonly intentNo: number;
  readonly intentHash: Hex;
  readonly trigger: TriggerName;
  readonly ordinal: number;
  readonly t0Sec: number;
  readonly state: ExecutionStateName;
  readonly reason: string | null;
  readonly attempt: number;
  readonly batchNo: number | null;
  readonly batchIndex: number | null;
  /** Node that holds the claim. */
  readonly holderNode: number | null;
  /** How the recorded attempt ended, by the record's word. */
  readonly status: string | null;
  /** How the run was kept apart. */
  readonly sandbox: string | null;
  /** What started its place. */
  readonly adapter: string | null;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
}

const executionSummaryFields = {
  executionId: word,
  intentNo: count,
  intentHash: word,
  trigger: triggerName,
  ordinal: count,
  t0Sec: count,
  state: executionState,
  reason: nullable(text),
  attempt: count,
  batchNo: nullable(count),
  batchIndex: nullable(count),
  holderNode: nullable(count),
  status: nullable(text),
  sandbox: nullable(text),
  adapter: nullable(text),
  startedMs: nullable(count),
  endedMs: nullable(count),
} as const;

const executionSummary: Shape<ExecutionSummary> = fields<ExecutionSummary>(executionSummaryFields);

export interface ExecutionPage {
  readonly executions: readonly ExecutionSummary[];
  /** `before` (seconds) of the next page; null at the end. */
  readonly next: number | null;
}

export const executionPage: Shape<ExecutionPage> = fields<ExecutionPage>({
  executions: listOf(executionSummary),
  next: nullable(count),
});

/** The batch around an execution, as the ledger has it. */
export interface BatchView {
  readonly batchNo: number;
  readonly nodeNo: number;
  readonly operatorNo: number | null;
  readonly generation: number;
  readonly count: number;
  readonly status: string;
  readonly itemsRoot: Hex;
  /** Siblings of the execution's item under `itemsRoot`. */
  readonly itemPath: readonly Hex[];
  readonly claimBlock: number;
  readonly claimTx: Hex;
  readonly recordBlock: number | null;
  readonly recordBlockHash: Hex | null;
  readonly recordRoot: Hex | null;
  readonly recordSignature: Hex | null;
  readonly round: number | null;
  readonly draw: number;
}

const batchView: Shape<BatchView> = fields<BatchView>({
  batchNo: count,
  nodeNo: count,
  operatorNo: nullable(count),
  generation: count,
  count,
  status: text,
  itemsRoot: word,
  itemPath: listOf(word),
  claimBlock: count,
  claimTx: word,
  recordBlock: nullable(count),
  recordBlockHash: nullable(word),
  recordRoot: nullable(word),
  recordSignature: nullable(hexBytes),
  round: nullable(count),
  draw: count,
});

export interface VerdictView {
  readonly draw: number;
  readonly nodeNo: number;
  readonly operatorNo: number | null;
  readonly verdict: "right" | "fault" | "unable";
  readonly reportHash: Hex;
}

const verdictView: Shape<VerdictView> = fields<VerdictView>({
  draw: count,
  nodeNo: count,
  operatorNo: nullable(count),
  verdict: oneOf(["right", "fault", "unable"]),
  reportHash: word,
});

export interface DisputeView {
  readonly disputeNo: number;
  readonly fault: string;
  readonly leaf: number;
  readonly accusedNo: number;
  readonly state: string;
}

const disputeView: Shape<DisputeView> = fields<DisputeView>({
  disputeNo: count,
  fault: text,
  leaf: count,
  accusedNo: count,
  state: text,
});

/** One effect of the recorded attempt, with how well it is backed. */
export interface EffectView {
  readonly leaf: number;
  readonly step: number;
  readonly stepId: string;
  readonly kind: "http" | "call";
  readonly try: number;
  readonly status: "ok" | "failed" | "indeterminate" | "refused";
  readonly level: "none" | "recorded" | "observed" | "proven";
}

const effectView: Shape<EffectView> = fields<EffectView>({
  leaf: count,
  step: count,
  stepId: text,
  kind: oneOf(["http", "call"]),
  try: count,
  status: oneOf(["ok", "failed", "indeterminate", "refused"]),
  level: oneOf(["none", "recorded", "observed", "proven"]),
});

export interface ExecutionDetail extends ExecutionSummary {
  readonly occurrenceId: Hex;
  /** What fired it; null when this node has not seen it. */
  readonly payload: Json;
  /** The 128 bytes. */
  readonly record: Hex | null;
  readonly transcriptRoot: Hex | null;
  readonly bundleSha256: Hex | null;
  readonly batch: BatchView | null;
  readonly verdicts: readonly VerdictView[];
  readonly disputes: readonly DisputeView[];
  /** Null when this node holds no bundle. */
  readonly effects: readonly EffectView[] | null;
}

export const executionDetail: Shape<ExecutionDetail> = fields<ExecutionDetail>({
  ...executionSummaryFields,
  occurrenceId: word,
  payload: json,
  record: nullable(hexBytes),
  transcriptRoot: nullable(word),
  bundleSha256: nullable(word),
  batch: nullable(batchView),
  verdicts: listOf(verdictView),
  disputes: listOf(disputeView),
  effects: nullable(listOf(effectView)),
});
