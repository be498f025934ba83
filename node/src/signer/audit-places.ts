import { type BatchItem, hexToBytes, RECORD_BYTES } from "@deed/protocol/encoding";
import type { EntryBody, EntryKind } from "./audit-entry.ts";
import { type Place, placeOf, recordPlace } from "./places.ts";

// What each entry of the log takes for ever. Requests and the scan at the start use the same rules.

const EXECUTION_BYTES = 33;

/** The places of an entry; the first is its own. */
export function placesOf(kind: EntryKind, body: EntryBody): Place[] {
  switch (kind) {
    case "RecordBatch":
      return [batchPlace(body), ...recordPlaces(body)];
    case "Commitment":
      return [placeOf(`${kind} ${body["batchNo"]}/${body["draw"]}`, contentOf(body))];
    case "Verdict":
      return verdictPlaces(body);
    case "Vote":
      return [placeOf(`Vote ${body["disputeNo"]}`, contentOf(body))];
    case "AuditCheckpoint":
      return [checkpointPlace(Number(body["no"]))];
    case "Transaction":
      return body["burn"] === true ? [] : [transactionPlace(body)];
    case "Genesis":
    case "SelfTest":
    case "KeyRotation":
    case "Again":
    case "Settled":
    case "TlsCaBinding":
    case "SealingKeyBinding":
    case "Open":
    case "Receipt":
    case "Witnessed":
    case "Certificate":
    case "Preimage":
    case "KeySet":
    case "Refused":
      return [];
  }
}

/** Name of a batch's place. */
export function batchPlaceName(batchNo: number): string {
  return `RecordBatch ${batchNo}`;
}

/** The place of a checkpoint. What it says follows from the log up to it: one number has one content. */
export function checkpointPlace(no: number): Place {
  return placeOf(`AuditCheckpoint ${no}`, "");
}

/** Name of a nonce's place; the log's first action key is not named. */
export function noncePlaceName(nonce: number, from: string | null): string {
  return from === null ? `Transaction ${nonce}` : `Transaction ${from} ${nonce}`;
}

/** The executions of the posted positions, packed as entries hold them: id and attempt. */
export function packExecutions(items: readonly BatchItem[], posted: bigint): string {
  const chosen = items.filter((_, index) => ((posted >> BigInt(index)) & 1n) === 1n);
  const bytes = Buffer.alloc(chosen.length * EXECUTION_BYTES);
  for (const [index, item] of chosen.entries()) {
    bytes.set(hexToBytes(item.executionId), index * EXECUTION_BYTES);
    bytes[index * EXECUTION_BYTES + 32] = item.attempt;
  }
  return bytes.toString("base64");
}

// One finding for a place, under as many sets of commitments as there are: seats are replaced, and one that
// sent two commitments must not silence the others (spec 06).
function verdictPlaces(body: EntryBody): Place[] {
  const { commitmentsHash, sinceSec, dutyKey, ...finding } = body;
  const name = `Verdict ${body["batchNo"]}/${body["draw"]}`;
  const content = JSON.stringify(finding);
  return [placeOf(`${name} ${String(commitmentsHash)}`, content), placeOf(name, content)];
}

// When a duty began and which key signs for it says nothing of what is signed.
function contentOf({ sinceSec, dutyKey, ...content }: EntryBody): string {
  return JSON.stringify(content);
}

function batchPlace(body: EntryBody): Place {
  const { batchNo, itemsRoot, recordRoot, posted } = body as Record<string, string>;
  return placeOf(batchPlaceName(Number(batchNo)), `${itemsRoot} ${recordRoot} ${posted}`);
}

function recordPlaces(body: EntryBody): Place[] {
  const executions = Buffer.from(String(body["executions"]), "base64");
  const records = Buffer.from(String(body["records"]), "base64");
  const places: Place[] = [];
  for (let at = 0; at < executions.length / EXECUTION_BYTES; at += 1) {
    const execution = executions.subarray(at * EXECUTION_BYTES, (at + 1) * EXECUTION_BYTES);
    const record = records.subarray(at * RECORD_BYTES, (at + 1) * RECORD_BYTES);
    places.push(recordPlace(execution, record));
  }
  return places;
}

// Fees and gas may be raised for a transaction that does not get mined: they are not part of what it does.
function transactionPlace(body: EntryBody): Place {
  const from = body["from"] === undefined ? null : String(body["from"]);
  return placeOf(noncePlaceName(Number(body["nonce"]), from), `${body["to"]} ${body["data"]}`);
}
