import {
  bytesToHex,
  createWasmHasher,
  domainSeparator,
  type Hex,
  hexToBytes,
  sealingKeyBindingDigest,
  tlsCaBindingDigest,
} from "@deed/protocol/encoding";
import { BeaconChain } from "./beacon-chain.ts";
import { caHashOf, sealingPoint } from "./keys.ts";
import type { NodeKeys } from "./node-keys.ts";

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
  /** The duty key's signature of SealingKeyBinding. */
  readonly sealingBinding: Hex;
  /** Tip of the operator's beacon chain. */
  readonly chainTip: Hex;
}

/** Computes it from opened keys that no signer serves yet. */
export async function prepareRegistration(
  keys: NodeKeys,
  place: RegistrationPlace,
): Promise<PreparedRegistration> {
  const [caBinding, sealingBinding, chainTip] = await Promise.all([
    signCaBinding(keys, place),
    signSealingBinding(keys, place),
    deriveChainTip(keys, { chainId: place.deployment.chainId, ...place }),
  ]);
  return { caBinding, sealingBinding, chainTip };
}

/** The duty key's signature of TlsCaBinding. */
export async function signCaBinding(
  keys: NodeKeys,
  { deployment, operatorNo, endpoint }: RegistrationPlace,
): Promise<Hex> {
  const { chainId, registry } = deployment;
  const binding = { operatorNo, caHash: caHashOf(keys), endpoint };
  const separator = domainSeparator({ chainId, verifyingContract: registry });
  return bytesToHex(await keys.duty.sign(hexToBytes(tlsCaBindingDigest(binding, separator))));
}

/** The duty key's signature of SealingKeyBinding. */
export async function signSealingBinding(
  keys: NodeKeys,
  { deployment, operatorNo }: Pick<RegistrationPlace, "deployment" | "operatorNo">,
): Promise<Hex> {
  const { chainId, registry } = deployment;
  const sealing = sealingPoint(keys);
  const [x, y]: [Hex, Hex] = [`0x${sealing.slice(2, 66)}`, `0x${sealing.slice(66)}`];
  const separator = domainSeparator({ chainId, verifyingContract: registry });
  const digest = sealingKeyBindingDigest({ operatorNo, x, y }, separator);
  return bytesToHex(await keys.duty.sign(hexToBytes(digest)));
}

/** Tip of an operator's beacon chain. It needs no contract: it may be derived while they are deployed. */
export async function deriveChainTip(
  keys: NodeKeys,
  place: {
    readonly chainId: number;
    readonly operatorNo: number;
    /** Default: the first. */
    readonly beaconChainNo?: number;
  },
): Promise<Hex> {
  const { chainId, operatorNo, beaconChainNo: chainNo = FIRST_CHAIN } = place;
  const parts = { key: keys.beacon, fastHasher: createWasmHasher };
  return new BeaconChain({ chainId, operatorNo, chainNo }, parts).tip();
}
