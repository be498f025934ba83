import { createWasmHasher, hexToBytes, nobleHasher, wordHex } from "@deed/protocol/encoding";
import { AuditLog, type LogFile, openLogFile } from "./audit-log.ts";
import { AuditState } from "./audit-state.ts";
import type { SignerConfig } from "./config.ts";
import { loadCurve } from "./curve.ts";
import { KeySets } from "./key-sets.ts";
import { KeySigner } from "./key-signer.ts";
import type { KeyStanding, KeyStandings } from "./key-tier.ts";
import { softwareKeys } from "./keys.ts";
import { publicKeysOf } from "./keystore.ts";
import type { NodeKeys } from "./node-keys.ts";

export function testKeys(number: number): NodeKeys {
  const secret = (offset: number): Uint8Array => hexToBytes(wordHex(1_000_000 * number + offset));
  const [duty, action, tlsCa] = [secret(1), secret(2), secret(3)];
  const [beacon, sealing] = [secret(4), secret(5)];
  return softwareKeys({ duty, action, tlsCa, beacon, sealing }, loadCurve());
}

const IN_FILE: KeyStanding = { store: "keystore", tier: "softwareFile", because: [] };

export const SOFTWARE_STANDINGS: KeyStandings = {
  duty: IN_FILE,
  action: IN_FILE,
  tlsCa: IN_FILE,
  beacon: IN_FILE,
  sealing: IN_FILE,
};

/** One set for each of these, the first in front. */
function setsOf(all: readonly NodeKeys[]): KeySets {
  const sets = all.map((keys) => ({
    keys,
    publicKeys: publicKeysOf(keys),
    standings: SOFTWARE_STANDINGS,
    isCheap: true,
    evidence: () => Promise.reject(new Error("not asked for here")),
    close: () => Promise.resolve(),
  }));
  return new KeySets({ keystorePath: "" }, { passphrase: () => "" }, sets);
}

/** A signer inside this process, over a real log. */
export async function openKeySigner(
  config: SignerConfig,
  keys: NodeKeys | readonly NodeKeys[],
  openFile: (path: string) => Promise<LogFile> = openLogFile,
  place: string | null = null,
): Promise<{ readonly signer: KeySigner; close(): Promise<void> }> {
  const state = new AuditState(config.transactions.firstNonce);
  const nowMs = () => 1_700_000_000_000;
  const log = await AuditLog.open(
    { path: config.auditLogPath },
    { nowMs, visit: (placed) => state.apply(placed), openFile },
  );
  const signer = new KeySigner(config, {
    sets: setsOf([keys].flat()),
    log,
    state,
    hasher: nobleHasher,
    fastHasher: createWasmHasher,
    nowMs,
    place,
  });
  return { signer, close: () => log.close() };
}
