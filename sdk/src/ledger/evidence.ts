import { intentsAbi } from "@deed/contracts";
import { FAULT_NUMBERS, type Hex } from "@deed/protocol/encoding";
import type { Evidence, LeafProof, RecordProof } from "@deed/protocol/verify";
import { type AbiParameter, encodeAbiParameters, parseAbiParameters } from "viem";

// How `Disputes.prove` wants its evidence (spec 07): the structures of contracts/src/interfaces/IEvidence.sol.

const ITEM =
  "struct Item { bytes32 executionId; uint32 intentNo; uint8 attempt; uint64 ordinal; uint40 t0Sec; }";
const RECORD =
  "struct RecordProof { uint64 batchNo; uint16 index; Item item; bytes32[] itemPath; bytes record; bytes32[] recordPath; }";
const LEAF = "struct LeafProof { bytes32[16] words; uint16 index; uint16 count; bytes32[] path; }";
const STEP =
  "struct StepProof { bytes32 planHash; bytes32 permissionsRoot; uint16 index; uint8 kind; bytes32 stepHash; uint16 count; bytes32[] path; }";
const PERMISSION =
  "struct PermissionProof { uint16 index; uint16 count; uint16 step; address target; uint256 valueWei; bytes callData; bytes32[] path; }";
const RECORD_BATCH =
  "struct SignedRecordBatch { uint64 batchNo; bytes32 itemsRoot; bytes32 recordRoot; uint256 posted; uint64 auditSeq; bytes32 auditHead; bytes signature; }";
const VERDICT =
  "struct SignedVerdict { uint64 batchNo; uint8 draw; bytes32 recordBlockHash; bytes32 commitmentsHash; uint256 fault; uint256 unable; bytes32 reportHash; uint64 auditSeq; bytes32 auditHead; bytes signature; }";
const COMMITMENT =
  "struct SignedCommitment { uint64 batchNo; uint8 draw; bytes32 commitment; uint64 auditSeq; bytes32 auditHead; bytes signature; }";

const OF_ACTION = parseAbiParameters([
  "RecordProof record, LeafProof leaf, StepProof step, PermissionProof[] permissions",
  ITEM,
  RECORD,
  LEAF,
  STEP,
  PERMISSION,
]);
const OF_LEAF = parseAbiParameters(["RecordProof record, LeafProof leaf", ITEM, RECORD, LEAF]);
const OF_LEAVES = parseAbiParameters([
  "RecordProof record, LeafProof[] leaves",
  ITEM,
  RECORD,
  LEAF,
]);
const OF_RECORD = parseAbiParameters(["RecordProof record", ITEM, RECORD]);
const OF_RECORD_BATCH = parseAbiParameters([
  "uint32 nodeNo, SignedRecordBatch signed",
  RECORD_BATCH,
]);
const OF_RECORD_BATCHES = parseAbiParameters([
  "uint32 nodeNo, SignedRecordBatch first, SignedRecordBatch second",
  RECORD_BATCH,
]);
const OF_VERDICTS = parseAbiParameters(["SignedVerdict first, SignedVerdict second", VERDICT]);
const OF_CONTRADICTION = parseAbiParameters([
  "uint16 ofFault, uint16 index, uint32 nodeNo, SignedVerdict verdict",
  VERDICT,
]);
const OF_COMMITMENTS = parseAbiParameters([
  "SignedCommitment first, SignedCommitment second",
  COMMITMENT,
]);
const FORM_OF_NODE = parseAbiParameters("uint8 form, uint32 nodeNo, bytes signed");
const FORM = parseAbiParameters("uint8 form, bytes proofs");

const FORM_TRANSCRIPT = 1;
const FORM_SIGNATURE = 2;
const FORM_VERDICTS = 1;
const FORM_COMMITMENTS = 2;

/** Evidence as the ledger takes it. */
export interface EncodedEvidence {
  /** Number of the fault. */
  readonly fault: number;
  readonly evidence: Hex;
}

/** Encodes evidence for `Disputes.prove`. */
export function encodeEvidence(evidence: Evidence): EncodedEvidence {
  return { fault: FAULT_NUMBERS[evidence.fault], evidence: bytesOf(evidence) };
}

/** A record's proof as the ledger's functions take it. */
export function recordArgument(record: RecordProof): object {
  const { item } = record;
  return {
    ...record,
    batchNo: BigInt(record.batchNo),
    item: { ...item, ordinal: BigInt(item.ordinal) },
  };
}

function bytesOf(evidence: Evidence): Hex {
  switch (evidence.fault) {
    case "ActionNotInPlan": {
      const { record, leaf, step, permission } = evidence;
      const permissions = permission === null ? [] : [permission];
      return encode(OF_ACTION, [recordArgument(record), leaf, step, permissions]);
    }
    case "EffectAfterRevocation":
      return encode(OF_LEAF, [recordArgument(evidence.record), evidence.leaf]);
    case "WrongHolder": {
      if (!("record" in evidence)) {
        const { nodeNo, first } = evidence;
        return encode(FORM, [FORM_SIGNATURE, encode(OF_RECORD_BATCH, [nodeNo, signed(first)])]);
      }
      const leaves = evidence.leaf === null ? [] : [evidence.leaf];
      return encode(FORM, [FORM_TRANSCRIPT, ofLeaves(evidence.record, leaves)]);
    }
    case "BrokenLeafChain":
      return ofLeaves(evidence.record, evidence.leaves);
    case "WrongRuntime":
      return encode(
        [...OF_RECORD, registeredIntent()],
        [recordArgument(evidence.record), evidence.intent],
      );
    case "EquivocatedRecord": {
      const { nodeNo, first, second } = evidence;
      return encode(OF_RECORD_BATCHES, [nodeNo, signed(first), signed(second)]);
    }
    case "EquivocatedVerdict":
      return ofSeat(evidence);
    case "VerdictContradicted": {
      const { of, index, nodeNo, first } = evidence;
      return encode(OF_CONTRADICTION, [FAULT_NUMBERS[of], index, nodeNo, signed(first)]);
    }
  }
}

function ofSeat(evidence: Extract<Evidence, { readonly fault: "EquivocatedVerdict" }>): Hex {
  const { nodeNo, first, second } = evidence;
  const isVerdicts = evidence.signed === "verdicts";
  const pair = encode(isVerdicts ? OF_VERDICTS : OF_COMMITMENTS, [signed(first), signed(second)]);
  return encode(FORM_OF_NODE, [isVerdicts ? FORM_VERDICTS : FORM_COMMITMENTS, nodeNo, pair]);
}

function ofLeaves(record: RecordProof, leaves: readonly LeafProof[]): Hex {
  return encode(OF_LEAVES, [recordArgument(record), leaves]);
}

/** The signed structure as the contract that registers it declares it. */
function registeredIntent(): AbiParameter {
  const register = intentsAbi.find(
    (entry) => entry.type === "function" && entry.name === "register",
  );
  return (register as { readonly inputs: readonly AbiParameter[] }).inputs[0]!;
}

function signed(structure: { readonly batchNo: number; readonly auditSeq: number }): object {
  return {
    ...structure,
    batchNo: BigInt(structure.batchNo),
    auditSeq: BigInt(structure.auditSeq),
  };
}

function encode(types: readonly AbiParameter[], values: readonly unknown[]): Hex {
  return encodeAbiParameters(types, values);
}
