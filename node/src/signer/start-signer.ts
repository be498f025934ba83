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
import type { Socket } from "node:net";
import type { Logger } from "../telemetry/logger.ts";
import { AuditLog } from "./audit-log.ts";
import { AuditState, continuesFields, refuseBehind } from "./audit-state.ts";
import type { SignerConfig } from "./config.ts";
import { takeInstanceLock, takeKeyLock } from "./instance-lock.ts";
import { KeySets } from "./key-sets.ts";
import { KeySigner } from "./key-signer.ts";
import { type KeyStandings, lowestTier } from "./key-tier.ts";
import { type PublicKeys, publicKeysOf } from "./keystore.ts";
import { lazyHasher } from "./lazy-hasher.ts";
import type { NodeKeys } from "./node-keys.ts";
import { ownPlace } from "./own-place.ts";
import { openRemoteDoor, type RemoteDoor } from "./remote/remote-door.ts";
import { SignerError } from "./signer-error.ts";
import { openToGroup, SignerServer } from "./signer-server.ts";
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
  /** Where nodes on other machines come in; null where none may. */
  readonly remotePort: number | null;
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
    const sets = await KeySets.open(config, { passphrase: once(parts.passphrase) });
    held.push(() => sets.close());
    // A set may share keys with another: on a token, what is not replaced stays where it is.
    for (const duty of new Set(sets.all.map(({ publicKeys }) => publicKeys.duty))) {
      const keyLock = await takeKeyLock(duty, wait);
      held.push(() => keyLock.release());
    }
    return await serve(config, { ...parts, sets, release });
  } catch (error) {
    await release();
    throw error;
  }
}

// It may come from a pipe, and further keystores want it, too.
function once(read: () => string): () => string {
  let known: string | null = null;
  return () => {
    known ??= read();
    return known;
  };
}

interface ServeParts extends StartSignerParts {
  readonly sets: KeySets;
  /** Gives back stores and locks. */
  readonly release: () => Promise<void>;
}

async function serve(config: SignerConfig, parts: ServeParts): Promise<RunningSigner> {
  const { logger, nowMs, sets, release } = parts;
  const { keys, publicKeys, standings, isCheap } = sets.first;
  if (isCheap) logger.warn("Keystore is cheap to guess: for the embedded network only");
  const { log, state } = await openLog(config, keys, parts);
  try {
    for (const set of sets.all) await testKeys(log, set, state.uses);
    const hasher = lazyHasher((error) => logger.warn("No WebAssembly hasher", { error }));
    const { fast: fastHasher } = hasher;
    const place = ownPlace();
    const signerParts = { sets, log, state, hasher, fastHasher, nowMs, place };
    const signer = new KeySigner(config, signerParts);
    const token = readToken(config.tokenPath);
    const { socketPath, tokenPath, clientGid } = config;
    if (clientGid !== undefined) openToGroup(tokenPath, clientGid, 0o640);
    const server = new SignerServer({ socketPath, token, clientGid }, { signer, logger });
    const door = await openDoor(config, server, parts);
    await server.listen().catch((error: unknown) => {
      door?.close();
      throw error;
    });
    const keyTier = lowestTier(standings);
    const { count: entries } = log;
    const { length: keySets } = sets.all;
    const { size: places } = state.places;
    logger.info("Signer started", { publicKeys, keyTier, keySets, entries, places });
    const close = async (): Promise<void> => {
      door?.close();
      await server.close();
      await log.close();
      await release();
    };
    return { publicKeys, standings, remotePort: door?.port ?? null, close };
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function openDoor(
  { remote }: SignerConfig,
  server: SignerServer,
  { logger, nowMs }: StartSignerParts,
): Promise<RemoteDoor | null> {
  if (remote === undefined) return null;
  const accept = (socket: Socket): void => server.accept(socket);
  return openRemoteDoor(remote, { accept, logger, nowMs });
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
    // What the lost log had signed is not known: whoever writes this has revoked its duty key.
    if (state.genesis === null) Object.assign(state.seq, config.continues);
    refuseBehind(config.minimumAudit ?? {}, state.seq, state.nextNonce(null));
    await bind(log, state, { ...config, keys });
    return { log, state };
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** What a log belongs to: it never serves other keys or another deployment. */
function genesisOf(
  config: Omit<SignerConfig, "keys">,
  keys: NodeKeys,
): Record<string, string | number> {
  const { duty, action, caHash, sealing } = publicKeysOf(keys);
  const { intents, executions, disputes, registry } = config.contracts;
  const { chainId, operatorNo } = config;
  return {
    ...{ duty, action, caHash, sealing, chainId, operatorNo },
    ...{ intents, executions, disputes, registry },
  };
}

async function bind(
  log: AuditLog,
  state: AuditState,
  config: Omit<SignerConfig, "keys"> & { readonly keys: NodeKeys },
): Promise<void> {
  const genesis = genesisOf(config, config.keys);
  if (state.genesis === null) {
    const body = { ...genesis, ...continuesFields(config.continues) };
    for (const placed of await log.append([{ kind: "Genesis", body }])) state.apply(placed);
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
