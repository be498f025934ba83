import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
} from "node:fs";
import { dirname } from "node:path";
import type { SignerConfig } from "./config.ts";
import type { SystemUser } from "./give-up-root.ts";
import { keystorePathOf, MOST_KEY_SETS } from "./key-sets.ts";
import { SignerError } from "./signer-error.ts";

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
const OTHERS = 0o077;

/**
 * Gives what a signer works with to its user: its folders, which must be closed to others, and its files. Nothing
 * that the user could have put there leads to a file of somebody else: links are not followed, and a file with
 * several names is refused. Errors: E_CONFIG.
 */
export function handOver(config: SignerConfig, user: SystemUser): void {
  const { socketPath, tokenPath, keystorePath, auditLogPath } = config;
  const keystores = Array.from({ length: MOST_KEY_SETS }, (_, index) =>
    keystorePathOf(keystorePath, index + 1),
  );
  const files = [tokenPath, auditLogPath, ...keystores];
  for (const folder of new Set([...files, socketPath].map(dirname))) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    give(folder, O_DIRECTORY, user);
  }
  for (const path of files) if (existsSync(path)) give(path, 0, user);
}

function give(path: string, kind: number, { uid, gid }: SystemUser): void {
  const file = openPlain(path, kind);
  try {
    const found = fstatSync(file);
    const isOne = found.isDirectory() || (found.isFile() && found.nlink === 1);
    const isClosed = (found.mode & OTHERS) === 0;
    const isOurs = found.uid === process.getuid?.() || found.uid === uid;
    if (!isOne || !isClosed || !isOurs) {
      throw new SignerError({ code: "E_CONFIG", field: `${path}: open to others, or another's` });
    }
    if (found.uid !== uid || found.gid !== gid) fchownSync(file, uid, gid);
  } finally {
    closeSync(file);
  }
}

function openPlain(path: string, kind: number): number {
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | kind);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new SignerError({ code: "E_CONFIG", field: `${path}: ${reason}` }, { cause: error });
  }
}
