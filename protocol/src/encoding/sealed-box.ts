import { concatBytes } from "./bytes.ts";
import { type Hasher, keccakText, nobleHasher } from "./hasher.ts";
import { type Hex, hexToBytes } from "./hex.ts";
import { packWords, textWord } from "./word.ts";

// Spec 15. What is inside is RFC 9180 in base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

const VERSION = 1;
const KEY_ID_BYTES = 8;
const ENC_BYTES = 65;
const TAG_BYTES = 16;
const CIPHERTEXT_AT = 1 + KEY_ID_BYTES + ENC_BYTES;

/** Most bytes that one box holds. */
export const MAX_SEALED_BYTES: number = 8_192;

/** What a box is bound to: opened for anything else, it is broken. */
export interface SealedPurpose {
  readonly chainId: number;
  readonly nodeNo: number;
  /** Of the one workflow that may use what is inside. */
  readonly intentHash: Hex;
  /** What the workflow calls it. */
  readonly name: string;
}

/** A box in its parts. */
export interface SealedBox {
  /** Which of a node's sealing keys opens it. */
  readonly keyId: Uint8Array;
  /** The encapsulated key: an uncompressed point. */
  readonly enc: Uint8Array;
  /** With its tag. */
  readonly ciphertext: Uint8Array;
}

/** HPKE's `info`. */
export function sealedInfo(purpose: SealedPurpose, hasher: Hasher = nobleHasher): Uint8Array {
  const { chainId, nodeNo, intentHash, name } = purpose;
  return packWords([
    textWord("deed.sealed.1"),
    chainId,
    nodeNo,
    intentHash,
    keccakText(name, hasher),
  ]);
}

/** Names a sealing key, given as x ‖ y: the first 8 bytes of its SHA-256. */
export function sealingKeyId(sealing: Hex, hasher: Hasher = nobleHasher): Uint8Array {
  return hasher.sha256(hexToBytes(sealing)).slice(0, KEY_ID_BYTES);
}

export function encodeSealedBox({ keyId, enc, ciphertext }: SealedBox): Uint8Array {
  return concatBytes(Uint8Array.of(VERSION), keyId, enc, ciphertext);
}

/** Null for what is no box of this version. */
export function parseSealedBox(bytes: Uint8Array): SealedBox | null {
  const least = CIPHERTEXT_AT + TAG_BYTES;
  if (bytes[0] !== VERSION || bytes.length < least || bytes.length > least + MAX_SEALED_BYTES) {
    return null;
  }
  const enc = bytes.slice(1 + KEY_ID_BYTES, CIPHERTEXT_AT);
  if (enc[0] !== 0x04) return null;
  return { keyId: bytes.slice(1, 1 + KEY_ID_BYTES), enc, ciphertext: bytes.slice(CIPHERTEXT_AT) };
}
