import { recordBatchDigest } from "../../encoding/duty-structures.ts";
import type { Hex } from "../../encoding/hex.ts";
import { type BatchItem, type ClaimEntry, unpackEntries } from "../../encoding/item.ts";
import { recordRoot, splitRecords } from "../../encoding/record.ts";
import { domainSeparator } from "../../encoding/typed-data.ts";
import type { AbiValue } from "../chain/abi.ts";
import type { AuditContext } from "./audit-context.ts";
import { all, type CheckName, type Finding, failed, same, unknown } from "./check.ts";
import { attempt, eventsWhere, type SeenEvent } from "./ledger-view.ts";

/** A node as the registry named it. */
export interface AuditedNode {
  readonly nodeNo: number;
  readonly operatorNo: number;
  readonly roles: number;
  /** Its duty keys by their times; the first answers for all times before the second. */
  readonly keys: readonly { readonly dutyKey: Hex; readonly fromSec: number }[];
  readonly proof: Finding;
}

/** The generation that a batch holds. */
export interface AuditedGeneration {
  readonly executors: readonly number[];
  readonly verifiers: readonly number[];
  readonly seed: Hex;
}

/** What stands at a position of a batch: an entry of a first claim, or an item of a later one. */
export type Claimed =
  | { readonly kind: "entry"; readonly entry: ClaimEntry }
  | { readonly kind: "item"; readonly item: BatchItem };

/** A recorded batch, as far as the file shows it. */
export interface AuditedBatch {
  readonly batchNo: number;
  readonly itemsRoot: Hex;
  readonly claimed: readonly Claimed[];
  readonly claim: SeenEvent | null;
  readonly node: AuditedNode | null;
  readonly generation: AuditedGeneration | null;
  readonly recorded: SeenEvent | null;
  /** By position; null where nothing was posted. */
  readonly records: readonly (Uint8Array | null)[];
}

/** Checks a batch's claim and its record. */
export function auditBatch(context: AuditContext, batchNo: number): AuditedBatch | null {
  const given = context.run.batches.find((batch) => batch.batchNo === batchNo);
  if (given === undefined) return null;
  const subject = `batch ${batchNo}`;
  const add = (name: CheckName, finding: Finding) => context.findings.add(name, subject, finding);
  const claim = claimOf(context, batchNo);
  add("claim", claim?.proof ?? unknown("the file shows no claim"));
  const claimed = claim === null ? [] : claimedOf(claim);
  const node = claim === null ? null : nodeOf(context, claim.values["nodeNo"] as bigint);
  add("nodes", node?.proof ?? unknown("the file does not show the node's admission"));
  const generation = claim === null ? null : generationOf(context, claim, add);
  const [recorded = null] = eventsWhere(context.view, "Recorded", { batchNo: BigInt(batchNo) });
  add("record", recorded?.proof ?? unknown("the file shows no record"));
  const records = recorded === null ? [] : recordsOf(recorded, claimed.length);
  const batch = {
    batchNo,
    itemsRoot: given.itemsRoot,
    claimed,
    claim,
    node,
    generation,
    recorded,
    records,
  };
  add("record-signature", signatureFinding(context, batch));
  return batch;
}

/** The node of a number, from its admission and the rotations of its keys. */
export function nodeOf(context: AuditContext, nodeNo: bigint): AuditedNode | null {
  const [added] = eventsWhere(context.view, "NodeAdded", { nodeNo });
  if (added === undefined) return null;
  const node = added.values["node"] as readonly AbiValue[];
  const rotated = eventsWhere(context.view, "KeysRotated", { nodeNo });
  return {
    nodeNo: Number(nodeNo),
    operatorNo: Number(added.values["operatorNo"]),
    roles: Number(node[1]),
    keys: [{ dutyKey: node[4] as Hex, fromSec: 0 }, ...rotationsOf(rotated)],
    proof: all([added.proof, ...rotated.map(({ proof }) => proof)]),
  };
}

// One that was still to come when another was announced never held (spec 01).
function rotationsOf(rotated: readonly SeenEvent[]): AuditedNode["keys"] {
  return rotated.flatMap(({ values }, index) => {
    const fromSec = Number(values["fromSec"]);
    const next = rotated[index + 1];
    const isDropped = next !== undefined && (next.timestampSec ?? 0) < fromSec;
    return isDropped ? [] : [{ dutyKey: values["dutyKey"] as Hex, fromSec }];
  });
}

/** Did the node's key of the time when a duty began sign it? @param begunAtSec Null: the file does not say. */
export function signerFinding(
  what: string,
  node: AuditedNode,
  begunAtSec: number | null,
  signer: Hex | null,
): Finding {
  const [only] = node.keys;
  if (node.keys.length > 1 && begunAtSec === null) {
    return unknown(`${what}: the file does not show when the duty began`);
  }
  const held = node.keys.findLast(({ fromSec }) => fromSec <= (begunAtSec ?? 0)) ?? only!;
  return same(what, held.dutyKey, signer);
}

function claimOf(context: AuditContext, batchNo: number): SeenEvent | null {
  const values = { batchNo: BigInt(batchNo) };
  const [first] = eventsWhere(context.view, "Claimed", values);
  const [later] = eventsWhere(context.view, "Reclaimed", values);
  return first ?? later ?? null;
}

function claimedOf(claim: SeenEvent): Claimed[] {
  const { values } = claim;
  if (claim.name === "Reclaimed") {
    return (values["items"] as readonly (readonly AbiValue[])[]).map((item) => ({
      kind: "item",
      item: {
        executionId: item[0] as Hex,
        intentNo: Number(item[1]),
        attempt: Number(item[2]),
        ordinal: Number(item[3]),
        t0Sec: Number(item[4]),
      },
    }));
  }
  const entries = attempt(() => unpackEntries(Number(values["kind"]), values["items"] as Hex));
  if (entries instanceof Error) return [];
  const accepted = values["accepted"] as bigint;
  return entries
    .filter((_, index) => ((accepted >> BigInt(index)) & 1n) === 1n)
    .map((entry) => ({ kind: "entry", entry }));
}

function generationOf(
  context: AuditContext,
  claim: SeenEvent,
  add: (name: CheckName, finding: Finding) => void,
): AuditedGeneration | null {
  const generation = claim.values["generation"] as bigint;
  const [opened] = eventsWhere(context.view, "GenerationOpened", { generation });
  add("generation", opened?.proof ?? unknown(`the file does not show generation ${generation}`));
  if (opened === undefined) return null;
  const numbers = (name: string) => (opened.values[name] as readonly bigint[]).map(Number);
  return {
    executors: numbers("executors"),
    verifiers: numbers("verifiers"),
    seed: opened.values["seed"] as Hex,
  };
}

function recordsOf(recorded: SeenEvent, count: number): (Uint8Array | null)[] {
  const slices = attempt(() => splitRecords(recorded.values["records"] as Hex));
  if (slices instanceof Error) return [];
  const posted = recorded.values["posted"] as bigint;
  let next = 0;
  return Array.from({ length: count }, (_, index) => {
    const isPosted = ((posted >> BigInt(index)) & 1n) === 1n;
    return isPosted ? (slices[next++] ?? null) : null;
  });
}

// The node's key signed both roots, so that the file's `itemsRoot` is the claimed one.
function signatureFinding(context: AuditContext, batch: AuditedBatch): Finding {
  const { recorded, node, batchNo, itemsRoot, claimed, claim } = batch;
  if (recorded === null || node === null || claimed.length === 0) {
    return unknown("claim, record or node is missing");
  }
  const { run, hasher, recovery } = context;
  const { values } = recorded;
  const posted = values["posted"] as bigint;
  const root = attempt(() =>
    recordRoot(splitRecords(values["records"] as Hex), posted, claimed.length, hasher),
  );
  if (root instanceof Error) return failed(root.message);
  const domain = { chainId: run.chainId, verifyingContract: run.contracts.executions };
  const signed = {
    batchNo,
    itemsRoot,
    recordRoot: root,
    posted,
    auditSeq: Number(values["auditSeq"]),
    auditHead: values["auditHead"] as Hex,
  };
  const digest = attempt(() => recordBatchDigest(signed, domainSeparator(domain, hasher), hasher));
  // A number that no structure holds, for example an audit position beyond 2^53.
  if (typeof digest !== "string") return failed("the node cannot have signed this");
  const signer = recovery.recover(digest, values["signature"] as Hex);
  return signerFinding("signer", node, claim?.timestampSec ?? null, signer);
}
