import { createHash } from "node:crypto";
import type { Registration } from "@deed/devnet";
import {
  bytesToHex,
  chainStep,
  domainSeparator,
  type Hasher,
  type Hex,
  keccakText,
  tlsCaBindingDigest,
} from "@deed/protocol/encoding";
import type { Deployment } from "@deed/sdk";
import { type NativeAccount, openAccount } from "../measure/native-account.ts";

// The contract does not count a chain's length from its tip; a short one is faster to make.
const CHAIN_LENGTH = 256;

/** An operator whose keys this process holds: node `n` is the only node of operator `n`. */
export interface BenchOperator {
  readonly operatorNo: number;
  readonly duty: NativeAccount;
  readonly action: NativeAccount;
  readonly registration: Registration;
  /** The next preimage of its beacon chain. */
  nextPreimage(): Hex;
}

export async function openOperator(
  operatorNo: number,
  parts: { readonly deployment: Deployment; readonly hasher: Hasher },
): Promise<BenchOperator> {
  const { deployment, hasher } = parts;
  const [duty, action] = [await openAccount(), await openAccount()];
  const chain = beaconChain(operatorNo, hasher);
  const chainTip = chain.pop()!;
  const caHash = keccakText(`CA of operator ${operatorNo}`, hasher);
  const endpoint = "https://127.0.0.1:1";
  const { chainId, registry } = deployment;
  const separator = domainSeparator({ chainId, verifyingContract: registry });
  const digest = tlsCaBindingDigest({ operatorNo, caHash, endpoint }, separator, hasher);
  return {
    ...{ operatorNo, duty, action },
    registration: {
      ...{ dutyKey: duty.address, actionKey: action.address, caHash, endpoint, chainTip },
      seal: null,
      caBinding: duty.signDigest(digest),
    },
    nextPreimage: () => chain.pop()!,
  };
}

/** From the secret to the tip. */
function beaconChain(operatorNo: number, hasher: Hasher): Hex[] {
  let link: Uint8Array = createHash("sha256").update(`operator ${operatorNo}`).digest();
  const links = [bytesToHex(link)];
  for (let step = 0; step < CHAIN_LENGTH; step += 1) {
    link = chainStep(link, hasher);
    links.push(bytesToHex(link));
  }
  return links;
}
