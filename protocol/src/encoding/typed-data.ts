import { concatBytes } from "./bytes.ts";
import { type Hasher, keccakText, nobleHasher } from "./hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "./hex.ts";
import { hashWords, type Word } from "./word.ts";

/** EIP-712 domain of spec 01; name and version are fixed. */
export interface Domain {
  /** The ledger's. */
  readonly chainId: number;
  /** The contract that reads the structure. */
  readonly verifyingContract: Hex;
}

const DOMAIN_TYPE =
  "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

/** Constant per contract: compute it once and keep it. */
export function domainSeparator(domain: Domain, hasher: Hasher = nobleHasher): Hex {
  const words: Word[] = [
    keccakText(DOMAIN_TYPE, hasher),
    keccakText("Deed", hasher),
    keccakText("1", hasher),
    domain.chainId,
    domain.verifyingContract,
  ];
  return hashWords(words, hasher);
}

/** `keccak(0x1901 ‖ domainSeparator ‖ structHash)`: what is signed. */
export function typedDigest(separator: Hex, structHash: Hex, hasher: Hasher = nobleHasher): Hex {
  const bytes = concatBytes(prefix, hexToBytes(separator), hexToBytes(structHash));
  return bytesToHex(hasher.keccak256(bytes));
}

const prefix = new Uint8Array([0x19, 0x01]);
