import {
  bytesToHex,
  createWasmHasher,
  domainSeparator,
  type Hex,
  hexToBytes,
  tlsCaBindingDigest,
} from "@deed/protocol/encoding";
import { BeaconChain } from "./beacon-chain.ts";
import { openKeystore, type PublicKeys } from "./keystore.ts";
import type { SignedCaBinding } from "./signer-api.ts";

export interface EnrolmentOptions {
  readonly keystorePath: string;
  readonly passphrase: string;
  readonly chainId: number;
  /** Contract that reads the binding. */
  readonly registry: Hex;
  readonly operatorNo: number;
  readonly endpoint: string;
  readonly beaconChainNo: number;
}

/** What the operator's cold key hands to the registry and the beacon for a new node. */
export interface Enrolment {
  readonly publicKeys: PublicKeys;
  readonly caBinding: SignedCaBinding;
  readonly beaconTip: Hex;
}

/** Computes it from a keystore that no signer serves yet. Errors: E_KEYSTORE. */
export async function prepareEnrolment(options: EnrolmentOptions): Promise<Enrolment> {
  const { chainId, registry, operatorNo, endpoint, beaconChainNo: chainNo } = options;
  const [{ keys, publicKeys }, hasher] = await Promise.all([
    openKeystore(options.keystorePath, options.passphrase),
    createWasmHasher(),
  ]);
  const binding = { operatorNo, caHash: publicKeys.caHash, endpoint };
  const separator = domainSeparator({ chainId, verifyingContract: registry });
  const digest = hexToBytes(tlsCaBindingDigest(binding, separator, hasher));
  const signature = bytesToHex(await keys.duty.sign(digest));
  const chain = new BeaconChain({ chainId, operatorNo, chainNo }, { key: keys.beacon, hasher });
  return { publicKeys, caBinding: { ...binding, signature }, beaconTip: await chain.tip() };
}
