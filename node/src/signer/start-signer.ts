import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { Logger } from "../telemetry/logger.ts";
import { AuditLog } from "./audit-log.ts";
import { AuditState, refuseBehind } from "./audit-state.ts";
import type { SignerConfig } from "./config.ts";
import { takeInstanceLock, takeKeyLock } from "./instance-lock.ts";
import { KeySigner } from "./key-signer.ts";
import { type KeyStandings, lowestTier } from "./key-tier.ts";
import { type PublicKeys, publicKeysOf } from "./keystore.ts";
import { lazyHasher } from "./lazy-hasher.ts";
import type { NodeKeys } from "./node-keys.ts";
import { type OpenedKeys, openKeys } from "./open-keys.ts";
import { SignerError } from "./signer-error.ts";
import { SignerServer } from "./signer-server.ts";
import { testKeys } from "./test-keys.ts";

export interface StartSignerParts {
  /** Asked only when a key is in the keystore. */
  readonly passphrase: () => string;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/** A signer that serves its socket. */
export interface RunningSigner {
  readonly publicKeys: PublicKeys;
  readonly standings: KeyStandings;
  /** Answers what is underway, then gives up socket, log and lock. */
  close(): Promise<void>;
}

/** Locks, keys, log, minimum, self-test, socket: in this order, so that nothing is served that could not be kept. */
export async function startSigner(
  config: SignerConfig,
  parts: StartSignerParts,
): Promise<RunningSigner> {
  const wait = { waitMs: config.lockWaitMs ?? 3_000 };
  const held: (() => Promise<void> | void)[] = [];
  const release = async (): Promise<void> => {
    for (const giveBack of held.splice(0).reverse()) await giveBack();
  };
  try {
    const logLock = await takeInstanceLock(config.auditLogPath, wait);
    held.push(() => logLock.release());
    const opened = await openKeys(config, parts);
    held.push(() => opened.close());
    const keyLock = await takeKeyLock(opened.publicKeys.duty, wait);
    held.push(() => keyLock.release());
    return await serve(config, { ...parts, opened, release });
  } catch (error) {
    await release();
    throw error;
  }
}

interface ServeParts extends StartSignerParts {
  readonly opened: OpenedKeys;
  /** Gives back stores and locks. */
  readonly release: () => Promise<void>;
}

async function serve(config: SignerConfig, parts: ServeParts): Promise<RunningSigner> {
  const { logger, nowMs, opened, release } = parts;
  const { keys, publicKeys, standings } = opened;
  if (opened.isCheap) logger.warn("Keystore is cheap to guess: for the embedded network only");
  const { log, state } = await openLog(config, keys, parts);
  try {
    await testKeys(log, opened);
    const hasher = lazyHasher((error) => logger.warn("No WebAssembly hasher", { error }));
    const { fast: fastHasher } = hasher;
    const signerParts = { keys, standings, log, state, hasher, fastHasher, nowMs };
    const signer = new KeySigner(config, signerParts);
    const token = readToken(config.tokenPath);
    const server = new SignerServer({ socketPath: config.socketPath, token }, { signer, logger });
    await server.listen();
    const keyTier = lowestTier(standings);
    const { count: entries } = log;
    logger.info("Signer started", { publicKeys, keyTier, entries, places: state.places.size });
    const close = async (): Promise<void> => {
      await server.close();
      await log.close();
      await release();
    };
    return { publicKeys, standings, close };
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function openLog(
  config: SignerConfig,
  keys: NodeKeys,
  parts: StartSignerParts,
): Promise<{ log: AuditLog; state: AuditState }> {
  const state = new AuditState(config.transactions.firstNonce);
  const log = await AuditLog.open(
    { path: config.auditLogPath },
    { nowMs: parts.nowMs, visit: (placed) => state.apply(placed) },
  );
  try {
    if (log.tornBytes > 0) {
      parts.logger.warn("Torn last line of the log dropped", { bytes: log.tornBytes });
    }
    refuseBehind(config.minimumAudit ?? {}, state.seq, state.nextNonce);
    await bind(log, state, genesisOf(config, keys));
    return { log, state };
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** What a log belongs to: it never serves other keys or another deployment. */
function genesisOf(config: SignerConfig, keys: NodeKeys): Record<string, string | number> {
  const { duty, action, caHash } = publicKeysOf(keys);
  const { intents, executions, disputes, registry } = config.contracts;
  const { chainId, operatorNo } = config;
  return { duty, action, caHash, chainId, operatorNo, intents, executions, disputes, registry };
}

async function bind(
  log: AuditLog,
  state: AuditState,
  genesis: Record<string, string | number>,
): Promise<void> {
  if (state.genesis === null) {
    await log.append([{ kind: "Genesis", body: genesis }]);
    return;
  }
  for (const [field, value] of Object.entries(genesis)) {
    if (state.genesis.body[field] !== value) {
      throw new SignerError({ code: "E_AUDIT_FOREIGN", field });
    }
  }
}

/** The token in the file; a new one when there is no file. */
export function readToken(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const draft = `${path}.${process.pid}`;
    const file = openSync(draft, "wx", 0o600);
    writeFileSync(file, `${randomBytes(32).toString("hex")}\n`);
    fsyncSync(file);
    closeSync(file);
    linkNew(draft, path);
    return readFileSync(path, "utf8").trim();
  }
}

// Whoever comes first wins; the other reads what is there.
function linkNew(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
