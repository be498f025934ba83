export {
  CHAIN_LENGTH,
  chainAfter,
  chainStep,
  FIRST_SEED,
  isPreimageOf,
  leadsTo,
  mixOf,
  type Preimage,
  roundSeed,
} from "./beacon.ts";
export {
  concatBytes,
  equalBytes,
  readBigUint,
  readUint,
  uintBytes,
  writeUint,
} from "./bytes.ts";
export { canonicalBytes, canonicalJson, jsonHash, MAX_JSON_DEPTH } from "./canonical-json.ts";
export { type Draw, drawSeats, replacementDraw, seatCount } from "./draw.ts";
export {
  AUDIT_CHECKPOINT_TYPE,
  type AuditCheckpoint,
  type AuditPosition,
  auditCheckpointDigest,
  type Commitment,
  commitmentDigest,
  type KeyRotation,
  keyRotationDigest,
  type Receipt,
  type RecordBatch,
  receiptDigest,
  recordBatchDigest,
  type SealingKeyBinding,
  sealingKeyBindingDigest,
  type TlsCaBinding,
  tlsCaBindingDigest,
  type Verdict,
  type Vote,
  verdictDigest,
  voteDigest,
  WITNESSED_TYPE,
  type Witnessed,
  witnessedDigest,
} from "./duty-structures.ts";
export { EncodingError, type EncodingFailure } from "./encoding-error.ts";
export { parseExactJson } from "./exact-json.ts";
export {
  type DenseKind,
  denseOccurrenceId,
  eventOccurrenceId,
  executionId,
  heightOccurrenceId,
  type Ledger,
  TRIGGER_KINDS,
  type TriggerKind,
  triggerKindOf,
} from "./execution-id.ts";
export { FAULT_NUMBERS, type FaultName, faultName, LAST_FAULT_OF_RECORD } from "./fault.ts";
export { type Hasher, keccak256, keccakText, nobleHasher, sha256Hex } from "./hasher.ts";
export { bytesToHex, type Hex, hexLength, hexToBytes, isHex, joinHex } from "./hex.ts";
export {
  type BatchItem,
  type ClaimEntry,
  ENTRY_BYTES,
  itemLeaf,
  itemsRoot,
  MAX_BATCH_ITEMS,
  packEntries,
  unpackEntries,
} from "./item.ts";
export { asJson, type Json, type JsonShaped } from "./json.ts";
export { LEASE_CLASS_SEC, leaseClassOf } from "./lease-class.ts";
export { merklePath, merkleRoot, rootFromPath, verifyPath } from "./merkle.ts";
export {
  type Fire,
  fireDigest,
  type Intent,
  type IntentPermission,
  intentDigest,
  invalidateNonceDigest,
  type NonceInvalidation,
  revokeDigest,
} from "./owner-structures.ts";
export { generationSeed, rankOf, rankStart } from "./rank.ts";
export {
  decodeRecord,
  type ExecutionRecord,
  encodeRecord,
  packRecords,
  RECORD_BYTES,
  RECORD_STATUS,
  type RecordStatus,
  recordLeaf,
  recordLeaves,
  recordRoot,
  SANDBOX_ADAPTER,
  SANDBOX_LEVEL,
  type SandboxAdapter,
  type SandboxLevel,
  splitRecords,
} from "./record.ts";
export {
  decodeReport,
  encodeReport,
  faultBits,
  type ReportedFault,
  reportHash,
} from "./report.ts";
export {
  encodeSealedBox,
  MAX_SEALED_BYTES,
  parseSealedBox,
  type SealedBox,
  type SealedPurpose,
  sealedInfo,
  sealingKeyId,
} from "./sealed-box.ts";
export {
  commitmentsHash,
  type VerdictOpening,
  type VoteOpening,
  verdictCommitment,
  voteCommitment,
} from "./sealed-opinion.ts";
export { packSeatEntries, type SeatEntry, unpackSeatEntries } from "./seat-entries.ts";
export {
  addressOfPublicKey,
  nobleRecovery,
  parseSignature,
  type SignatureRecovery,
} from "./signature.ts";
export {
  CATCH_UP_ALL,
  type ClaimMoment,
  intentStart,
  isTooLate,
  type NamedOccurrence,
  occurrenceOfEntry,
  type TickTerms,
  ticksSince,
  tickTimeSec,
} from "./tick.ts";
export { type Domain, domainSeparator, typedDigest } from "./typed-data.ts";
export { utf8Bytes, utf8Length, utf8Text } from "./utf8.ts";
export {
  type OwnerStructure,
  type TypedData,
  type TypedField,
  typedData,
} from "./wallet-request.ts";
export { createWasmHasher } from "./wasm-hasher.ts";
export {
  hashWords,
  leafOfWords,
  packWords,
  padRight,
  textWord,
  type Word,
  wordHex,
  wordToBigint,
  ZERO_ADDRESS,
  ZERO_WORD,
} from "./word.ts";
