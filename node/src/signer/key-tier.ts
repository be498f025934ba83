import type { KeyStoreKind } from "./digest-signer.ts";

/** How a key is kept, in the registry's order and words. */
export const KEY_TIERS = [
  "softwareFile",
  "softwareToken",
  "cloudKms",
  "hsm",
  "attestedHsm",
] as const;

export type KeyTier = (typeof KEY_TIERS)[number];

/** The keys of one node. */
export const KEY_NAMES = ["duty", "action", "tlsCa", "beacon", "sealing"] as const;

export type KeyName = (typeof KEY_NAMES)[number];

/** What may be said of one key's protection: never more than its store shows. */
export interface KeyStanding {
  readonly store: KeyStoreKind;
  readonly tier: KeyTier;
  /** Why it is no higher; empty when nothing is missing. */
  readonly because: readonly string[];
}

export type KeyStandings = Readonly<Record<KeyName, KeyStanding>>;

/** Rank of a tier, as the registry numbers it. */
export function tierNumber(tier: KeyTier): number {
  return KEY_TIERS.indexOf(tier);
}

/** A node's tier is that of its weakest key. */
export function lowestTier(standings: KeyStandings): KeyTier {
  const numbers = KEY_NAMES.map((name) => tierNumber(standings[name].tier));
  return KEY_TIERS[Math.min(...numbers)] ?? "softwareFile";
}
