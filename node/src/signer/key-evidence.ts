/** What a store shows of one key: facts as the device or service says them, for the council to judge. */
export type KeyEvidence = Readonly<Record<string, unknown>>;

/** Bytes as JSON holds them. */
export function hexOrNull(bytes: Uint8Array | null | undefined): string | null {
  return bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString("hex");
}
