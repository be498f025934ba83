import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccakText } from "../../encoding/hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "../../encoding/hex.ts";
import { addressOfPublicKey } from "../../encoding/signature.ts";
import { domainSeparator } from "../../encoding/typed-data.ts";

// Who is who on a synthetic ledger, and when it began.

export const chainId = 31337;
export const OPERATORS = 7;
export const EXECUTOR = 3;
export const T0 = 1_800_000_000;

const secretOf = (name: string) => hexToBytes(keccakText(`key of ${name}`));
export const addressOf = (name: string) =>
  addressOfPublicKey(secp256k1.getPublicKey(secretOf(name), false));
export const dutyKey = (nodeNo: number) => `node ${nodeNo}`;

export function sign(digest: Hex, name: string): Hex {
  const settings = { prehash: false, format: "recovered" } as const;
  const bytes = secp256k1.sign(hexToBytes(digest), secretOf(name), settings);
  return `${bytesToHex(bytes.subarray(1))}${bytes[0] === 0 ? "1b" : "1c"}`;
}

export const separator = (verifyingContract: Hex) =>
  domainSeparator({ chainId, verifyingContract });
