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
import { takeInstanceLock } from "./instance-lock.ts";
import { KeySigner } from "./key-signer.ts";
import type { NodeKeys } from "./keys.ts";
import { openKeystore, type PublicKeys, publicKeysOf } from "./keystore.ts";
import { lazyHasher } from "./lazy-hasher.ts";
import { SignerError } from "./signer-error.ts";
import { SignerServer } from "./signer-server.ts";

export interface StartSignerParts {
  readonly passphrase: string;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/** A signer that serves its socket. */
export interface RunningSigner {
  readonly publicKeys: PublicKeys;
  /** Answers what is underway, then gives up socket, log and lock. */
  close(): Promise<void>;
}

/** Lock, keys, log, minimum, socket: in this order, so that nothing is served that could not be kept. */
export async function startSigner(
  config: SignerConfig,
  parts: StartSignerParts,
): Promise<RunningSigner> {
  const lock = await takeInstanceLock(config.auditLogPath, {
    waitMs: config.lockWaitMs ?? 3_000,
  });
  try {
    const { keys, publicKeys, isCheap } = await openKeystore(config.keystorePath, parts.passphrase);
    if (isCheap) {
      parts.logger.warn("Keystore is cheap to guess: for the embedded network only");
    }
    const { log, state } = await openLog(config, keys, parts);
    const hasher = lazyHasher((error) => parts.logger.warn("No WebAssembly hasher", { error }));
    const { nowMs } = parts;
    const { fast: fastHasher } = hasher;
    const signer = new KeySigner(config, { keys, log, state, hasher, fastHasher, nowMs });
    const token = readToken(config.tokenPath);
    const server = new SignerServer(
      { socketPath: config.socketPath, token },
      { signer, logger: parts.logger },
    );
    await server.listen();
    parts.logger.info("Signer started", {
      publicKeys,
      entries: log.count,
      places: state.places.size,
    });
    return { publicKeys, close: () => stop(server, log, lock) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function stop(server: SignerServer, log: AuditLog, lock: { release(): void }): Promise<void> {
  await server.close();
  await log.close();
  lock.release();
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
