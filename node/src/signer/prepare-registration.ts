import {
  bytesToHex,
  createWasmHasher,
  domainSeparator,
  type Hex,
  hexToBytes,
  tlsCaBindingDigest,
} from "@deed/protocol/encoding";
import { BeaconChain } from "./beacon-chain.ts";
import { caHashOf, type NodeKeys } from "./keys.ts";

const FIRST_CHAIN = 1;

/** Where a node is to be registered. */
export interface RegistrationPlace {
  readonly deployment: { readonly chainId: number; readonly registry: Hex };
  readonly operatorNo: number;
  readonly endpoint: string;
  /** Default: the first. */
  readonly beaconChainNo?: number;
}

/** What the operator's cold key hands to the registry and the beacon for a new node. */
export interface PreparedRegistration {
  /** The duty key's signature of TlsCaBinding. */
  readonly caBinding: Hex;
  /** Tip of the operator's beacon chain. */
  readonly chainTip: Hex;
}

/** Computes it from opened keys that no signer serves yet. */
export async function prepareRegistration(
  keys: NodeKeys,
  place: RegistrationPlace,
): Promise<PreparedRegistration> {
  const { deployment, operatorNo, endpoint, beaconChainNo: chainNo = FIRST_CHAIN } = place;
  const { chainId, registry } = deployment;
  const hasher = await createWasmHasher();
  const binding = { operatorNo, caHash: caHashOf(keys), endpoint };
  const separator = domainSeparator({ chainId, verifyingContract: registry });
  const digest = hexToBytes(tlsCaBindingDigest(binding, separator, hasher));
  const chain = new BeaconChain({ chainId, operatorNo, chainNo }, { key: keys.beacon, hasher });
  return {
    caBinding: bytesToHex(await keys.duty.sign(digest)),
    chainTip: await chain.tip(),
  };
}
