import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import type { KeyTierName } from "@deed/sdk";
import { type Application, vettingHashOf } from "./application.ts";
import { type JoinPlan, writeWhole } from "./join-plan.ts";

/** What a node's folder holds once its keys are there. */
export interface FolderKeys {
  readonly dutyKey: Hex;
  readonly actionKey: Hex;
  readonly caHash: Hex;
  readonly keyTier: KeyTierName;
  /** As the registry numbers it. */
  readonly keyTierNumber: number;
  readonly keys: Application["node"]["keys"];
  /** x ‖ y. */
  readonly sealing: Hex;
  /** What shows the tier to the council; null where a key is no better than a file. */
  readonly evidence: { readonly text: string; readonly hash: Hex } | null;
}

/** What only the opened keys can make. */
export interface Registration {
  /** The duty key's signature of TlsCaBinding. */
  readonly caBinding: Hex;
  /** The duty key's signature of SealingKeyBinding. */
  readonly sealingBinding: Hex;
  /** Tip of the operator's first beacon chain. */
  readonly chainTip: Hex;
}

export interface FolderPaths {
  /** The signer's own folder. */
  readonly signer: string;
  readonly keystore: string;
  readonly passphrase: string;
  readonly application: string;
  readonly evidence: string;
  readonly config: string;
  readonly data: string;
}

/** Paths below the folder. */
export function folderPaths(folder: string): FolderPaths {
  return {
    signer: join(folder, "signer"),
    keystore: join(folder, "signer", "keystore.json"),
    passphrase: join(folder, "passphrase"),
    application: join(folder, "application.json"),
    evidence: join(folder, "evidence.json"),
    config: join(folder, "node.json"),
    data: join(folder, "data"),
  };
}

/** Makes what is missing: passphrase and keystore. Keys of a token must be there. Errors: SignerError, ConfigError. */
export async function prepareFolder(
  folder: string,
  { keysFile }: JoinPlan,
  cheap: boolean,
): Promise<void> {
  const paths = folderPaths(folder);
  mkdirSync(paths.signer, { recursive: true, mode: 0o700 });
  if (!existsSync(paths.passphrase)) {
    writeWhole(paths.passphrase, `${randomBytes(24).toString("base64url")}\n`, 0o600);
  }
  if (keysFile !== null || existsSync(paths.keystore)) return;
  const { createKeystore, SCRYPT_COST } = await import("@deed/node");
  // A kill in the middle leaves no half of a keystore under its name.
  const making = `${paths.keystore}.new`;
  rmSync(making, { force: true });
  const cost = cheap ? SCRYPT_COST.cheap : SCRYPT_COST.strong;
  await createKeystore({ path: making, passphrase: passphraseOf(folder), cost });
  renameSync(making, paths.keystore);
}

/** Public keys, and how well each is kept. Errors: SignerError, ConfigError. */
export async function readFolderKeys(folder: string, plan: JoinPlan): Promise<FolderKeys> {
  const node = await import("@deed/node");
  const report = await node.inspectKeys(
    { ...placesOf(folder, plan, node), isTried: false },
    { passphrase: () => passphraseOf(folder) },
  );
  const { publicKeys, keyTier, standings } = report;
  return {
    dutyKey: publicKeys.duty,
    actionKey: publicKeys.action,
    caHash: publicKeys.caHash,
    sealing: publicKeys.sealing,
    keyTier,
    keyTierNumber: node.tierNumber(keyTier),
    keys: Object.entries(standings).map(([key, { tier, because }]) => ({ key, tier, because })),
    evidence: node.tierNumber(keyTier) === 0 ? null : node.evidenceText(report.evidence),
  };
}

/** Signs and derives what the cold key hands in for an operator's first node. Errors: SignerError, ConfigError. */
export async function makeRegistration(
  folder: string,
  plan: JoinPlan,
  operatorNo: number,
): Promise<Registration> {
  const { deployment, endpoint } = plan;
  return withKeys(folder, plan, ({ keys }, { prepareRegistration }) =>
    prepareRegistration(keys, { deployment, operatorNo, endpoint }),
  );
}

/** What the council gets. */
export function applicationOf(plan: JoinPlan, keys: FolderKeys): Application {
  const { deployment, cold, payout, name, region, provider, metadataUri, vetting } = plan;
  const { dutyKey, actionKey, caHash, keyTier, evidence } = keys;
  const ofNode = { dutyKey, actionKey, caHash, keyTier, evidenceHash: evidence?.hash ?? null };
  const vettingHash = vettingHashOf(vetting);
  return {
    application: "deed.application.1",
    chainId: deployment.chainId,
    registry: deployment.registry,
    operator: { cold, payout, vettingHash, name, region, provider, metadataUri },
    vetting,
    node: { roles: plan.roles, endpoint: plan.endpoint, ...ofNode, keys: keys.keys },
  };
}

type NodePackage = typeof import("@deed/node");
type OpenedKeys = Awaited<ReturnType<NodePackage["openKeys"]>>;

async function withKeys<Found>(
  folder: string,
  plan: JoinPlan,
  use: (opened: OpenedKeys, node: NodePackage) => Promise<Found>,
): Promise<Found> {
  const node = await import("@deed/node");
  const opened = await node.openKeys(placesOf(folder, plan, node), {
    passphrase: () => passphraseOf(folder),
  });
  try {
    return await use(opened, node);
  } finally {
    await opened.close();
  }
}

function placesOf(folder: string, { keysFile }: JoinPlan, node: NodePackage) {
  const keys = keysFile === null ? {} : { keys: node.readKeysFile(keysFile) };
  return { keystorePath: folderPaths(folder).keystore, ...keys };
}

function passphraseOf(folder: string): string {
  return readFileSync(folderPaths(folder).passphrase, "utf8").trim();
}
