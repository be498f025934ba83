import { bytesToHex, type Hex, sha256Hex } from "@deed/protocol/encoding";
import { KEYSTORE_KEYS, type KeysConfig } from "./key-config.ts";
import type { KeyEvidence } from "./key-evidence.ts";
import {
  KEY_NAMES,
  type KeyName,
  type KeyStandings,
  type KeyTier,
  lowestTier,
} from "./key-tier.ts";
import type { PublicKeys } from "./keystore.ts";
import { type OpenKeysOptions, type OpenKeysParts, openKeys } from "./open-keys.ts";
import { testKey } from "./test-keys.ts";

/** What may be shown of a node's keys. */
export interface KeysReport {
  readonly publicKeys: PublicKeys;
  readonly keyTier: KeyTier;
  readonly standings: KeyStandings;
  readonly evidence: EvidenceFile;
  /** How often each key was used for this report; no signer's log explains these uses. */
  readonly uses: Readonly<Partial<Record<KeyName, number>>>;
}

/** For the council: of the same keys it is the same to the byte. */
export interface EvidenceFile {
  readonly deedKeyEvidence: 1;
  readonly keyTier: KeyTier;
  readonly publicKeys: PublicKeys;
  readonly keys: Readonly<
    Record<
      KeyName,
      {
        readonly store: string;
        readonly place: string | null;
        readonly tier: KeyTier;
        readonly because: readonly string[];
        readonly facts: KeyEvidence;
      }
    >
  >;
}

/** An evidence file's text, and the SHA-256 of it by which the registry names it. */
export function evidenceText(evidence: EvidenceFile): {
  readonly text: string;
  readonly hash: Hex;
} {
  const text = `${JSON.stringify(evidence, null, 2)}\n`;
  return { text, hash: sha256Hex(bytesToHex(Buffer.from(text))) };
}

/** A MAC is made twice, to see that both are alike. */
const USES: Readonly<Record<KeyName, number>> = {
  ...{ duty: 1, action: 1, tlsCa: 1, sealing: 1 },
  beacon: 2,
};

/** Opens keys as their signer would, and says what they are. Errors: E_KEYSTORE, E_KEY_…. */
export async function inspectKeys(
  options: OpenKeysOptions & {
    /** Use each key of a store once, and check the answer. */
    readonly isTried: boolean;
  },
  parts: OpenKeysParts,
): Promise<KeysReport> {
  const opened = await openKeys(options, parts);
  try {
    const { keys, publicKeys, standings } = opened;
    const facts = await opened.evidence();
    const tried = options.isTried
      ? KEY_NAMES.filter((name) => standings[name].store !== "keystore")
      : [];
    for (const name of tried) await testKey(name, keys, Buffer.from(`deed keys check ${name}`));
    const uses = Object.fromEntries(tried.map((name) => [name, USES[name]]));
    const keyTier = lowestTier(standings);
    const places = options.keys ?? KEYSTORE_KEYS;
    const evidence = evidenceOf({ publicKeys, keyTier, standings, facts, places });
    return { publicKeys, keyTier, standings, evidence, uses };
  } finally {
    await opened.close();
  }
}

function evidenceOf(parts: {
  readonly publicKeys: PublicKeys;
  readonly keyTier: KeyTier;
  readonly standings: KeyStandings;
  readonly facts: Readonly<Record<KeyName, KeyEvidence>>;
  readonly places: KeysConfig;
}): EvidenceFile {
  const { publicKeys, keyTier, standings, facts, places } = parts;
  const one = (name: KeyName) => {
    const place = places[name];
    const named = place.kind === "keystore" ? null : "label" in place ? place.label : place.keyId;
    return { ...standings[name], place: named, facts: facts[name] };
  };
  const keys = Object.fromEntries(KEY_NAMES.map((name) => [name, one(name)]));
  return {
    deedKeyEvidence: 1,
    keyTier,
    publicKeys,
    keys: keys as unknown as EvidenceFile["keys"],
  };
}
