import { AUDITED_KINDS, type AuditEntry, type EntryKind } from "./audit-entry.ts";
import type { KeyName } from "./key-tier.ts";

/** Keys whose every use is an entry: all but the one whose chain of hashes is made at once. */
export type LoggedKey = Exclude<KeyName, "beacon">;

export const LOGGED_KEYS: readonly LoggedKey[] = ["duty", "action", "tlsCa", "sealing"];

const KEYS_OF_KIND: Readonly<Partial<Record<EntryKind, readonly LoggedKey[]>>> = {
  ...Object.fromEntries(AUDITED_KINDS.map((kind) => [kind, ["duty"]])),
  TlsCaBinding: ["duty"],
  SealingKeyBinding: ["duty"],
  KeyRotation: ["duty", "action"],
  Receipt: ["duty"],
  Witnessed: ["duty"],
  Transaction: ["action"],
  Certificate: ["tlsCa"],
  Open: ["sealing"],
};

/** Which keys the signer was about to use when it wrote the entry. */
export function keysUsedBy({
  kind,
  body,
}: Pick<AuditEntry, "kind" | "body">): readonly LoggedKey[] {
  if (kind === "SelfTest") return LOGGED_KEYS.filter((key) => key === body["key"]);
  const signed = kind === "Again" ? (String(body["kind"]) as EntryKind) : kind;
  return KEYS_OF_KIND[signed] ?? [];
}

/** How often the log says that each key was about to be used: a store's own counter can show no more. */
export class KeyUses {
  readonly counts: Record<LoggedKey, number> = { duty: 0, action: 0, tlsCa: 0, sealing: 0 };
  /** Sealed boxes that were opened, or were about to be. */
  openings = 0;

  apply(entry: Pick<AuditEntry, "kind" | "body">): void {
    for (const key of keysUsedBy(entry)) this.counts[key] += 1;
    if (entry.kind === "Open") this.openings += 1;
  }
}
