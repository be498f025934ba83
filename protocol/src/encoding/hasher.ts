import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, type Hex, hexToBytes } from "./hex.ts";
import { utf8Bytes } from "./utf8.ts";

/** The two hash functions of the protocol. Hashing is most of its cost, so hosts may bring faster ones. */
export interface Hasher {
  keccak256(bytes: Uint8Array): Uint8Array;
  sha256(bytes: Uint8Array): Uint8Array;
}

/** Pure JavaScript: runs everywhere, at once. */
export const nobleHasher: Hasher = {
  keccak256: (bytes) => keccak_256(bytes),
  sha256: (bytes) => sha256(bytes),
};

/** Keccak-256 of bytes, given as such or as hexadecimal text. */
export function keccak256(data: Uint8Array | Hex, hasher: Hasher = nobleHasher): Hex {
  return bytesToHex(hasher.keccak256(typeof data === "string" ? hexToBytes(data) : data));
}

/** SHA-256 of bytes, given as such or as hexadecimal text. */
export function sha256Hex(data: Uint8Array | Hex, hasher: Hasher = nobleHasher): Hex {
  return bytesToHex(hasher.sha256(typeof data === "string" ? hexToBytes(data) : data));
}

/** Keccak-256 of a text's UTF-8. */
export function keccakText(text: string, hasher: Hasher = nobleHasher): Hex {
  return bytesToHex(hasher.keccak256(utf8Bytes(text)));
}
