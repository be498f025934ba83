import type { KeyPlace } from "./key-config.ts";
import type { KeyName } from "./key-tier.ts";

/** Makes keys in one store. */
export interface KeyMaker {
  /** Null when the store has none of this name. */
  find(name: KeyName, label: string): Promise<StorePlace | null>;
  make(name: KeyName, label: string): Promise<StorePlace>;
  close(): void;
}

export type StorePlace = Exclude<KeyPlace, { readonly kind: "keystore" }>;
