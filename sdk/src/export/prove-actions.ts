import { parseBundle } from "@deed/protocol/bundle";
import {
  bytesToHex,
  domainSeparator,
  type Hex,
  merklePath,
  nobleRecovery,
  recordBatchDigest,
  recordLeaves,
  recordRoot,
  splitRecords,
} from "@deed/protocol/encoding";
import { type Leaf, leafPath, type Transcript, transcriptOf } from "@deed/protocol/transcript";
import { decodeLedgerLog } from "../ledger/decode.ts";
import type { EventOf } from "../ledger/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { BatchView, ExecutionDetail } from "../node-api/execution-messages.ts";
import { ExportError } from "./export-error.ts";
import { findLogs, topicOf } from "./find-logs.ts";

/** One effect, from its leaf up to the batch that its node signed. */
export interface ProvenAction {
  readonly leaf: number;
  readonly step: number;
  readonly kind: "HTTP" | "CALL";
  readonly try: number;
  readonly leafHash: Hex;
  /** From the leaf to the transcript's root. */
  readonly transcriptPath: readonly Hex[];
}

/** What binds an execution's effects to one signature on the ledger. */
export interface ActionsProof {
  readonly actions: readonly ProvenAction[];
  readonly transcriptRoot: Hex;
  /** From the record to the root of the batch's records. */
  readonly recordPath: readonly Hex[];
  readonly recordRoot: Hex;
  readonly itemsRoot: Hex;
  /** What was signed, and by whom. */
  readonly digest: Hex;
  readonly signature: Hex;
  readonly signer: Hex | null;
  /** Node whose registered duty key that is. */
  readonly nodeNo: number;
  readonly isProven: boolean;
}

/**
 * Proves single actions back to the batch signature: bundle against record, record against the batch on the
 * ledger, its signature against the registry. Errors: ExportError, RpcError.
 */
export async function proveActions(
  ledger: Ledger,
  detail: ExecutionDetail,
  bundle: string,
): Promise<ActionsProof> {
  const { executionId, batch, batchIndex, transcriptRoot, state } = detail;
  if (batch === null || batchIndex === null || transcriptRoot === null) {
    throw new ExportError({ code: "EXPORT_NOT_RECORDED", executionId, state });
  }
  const parsed = parseBundle(bundle);
  if (parsed.kind === "malformed") {
    const detailText = parsed.detail;
    throw new ExportError({ code: "EXPORT_BAD_BUNDLE", executionId, detail: detailText });
  }
  const { leaves, attempt } = parsed.bundle;
  const transcript = transcriptOf({ executionId, attempt }, leaves);
  const recorded = await recordedEvent(ledger, batch.batchNo);
  if (recorded === null) {
    throw new ExportError({ code: "EXPORT_NOT_RECORDED", executionId, state });
  }
  const records = splitRecords(recorded.records);
  const { dutyKeys } = await ledger.keysOf(recorded.nodeNo);
  const signed = signatureOf(ledger, batch, recorded, records);
  const position = positionOf(recorded.posted, batchIndex);
  const held = position === null ? undefined : records[position];
  const isRecorded = held !== undefined && bytesToHex(held.subarray(0, 32)) === transcript.root;
  return {
    ...signed,
    actions: leaves.flatMap((leaf) => actionOf(leaf, transcript)),
    transcriptRoot: transcript.root,
    recordPath: merklePath(recordLeaves(records, recorded.posted, batch.count), batchIndex),
    // The ledger took it from the key of the claim's time; which of the node's that is, an audit says.
    isProven: isRecorded && dutyKeys.some(({ key }) => key === signed.signer),
  };
}

function actionOf(leaf: Leaf, transcript: Transcript): readonly ProvenAction[] {
  const { kind, index, step } = leaf;
  if (kind !== "HTTP" && kind !== "CALL") return [];
  const leafHash = transcript.leafHashes[index]!;
  const transcriptPath = leafPath(transcript, index);
  return [{ leaf: index, step, kind, try: leaf.try, leafHash, transcriptPath }];
}

type SignedRoots = Pick<
  ActionsProof,
  "recordRoot" | "itemsRoot" | "digest" | "signature" | "signer" | "nodeNo"
>;

/** What the executor signed for the batch, from the ledger's own event. */
function signatureOf(
  ledger: Ledger,
  { batchNo, itemsRoot, count }: BatchView,
  { posted, auditSeq, auditHead, signature, nodeNo }: EventOf<"Recorded">,
  records: readonly Uint8Array[],
): SignedRoots {
  const root = recordRoot(records, posted, count);
  const signed = { batchNo, itemsRoot, recordRoot: root, posted, auditSeq, auditHead };
  const { chainId, executions } = ledger.deployment;
  const separator = domainSeparator({ chainId, verifyingContract: executions });
  const digest = recordBatchDigest(signed, separator);
  const signer = nobleRecovery.recover(digest, signature);
  return { recordRoot: root, itemsRoot, digest, signature, signer, nodeNo };
}

async function recordedEvent(ledger: Ledger, batchNo: number): Promise<EventOf<"Recorded"> | null> {
  const head = await ledger.head();
  const values = [topicOf(batchNo)];
  const query = { contract: "executions", event: "Recorded", topic: 1, values } as const;
  const [log] = await findLogs(ledger, query, head.number);
  const event = log === undefined ? null : decodeLedgerLog(ledger.deployment, log);
  return event?.name === "Recorded" ? event : null;
}

/** Where the record of a position stands among those that were posted. */
function positionOf(posted: bigint, index: number): number | null {
  if (((posted >> BigInt(index)) & 1n) === 0n) return null;
  let before = 0;
  for (let at = 0; at < index; at += 1) before += Number((posted >> BigInt(at)) & 1n);
  return before;
}
