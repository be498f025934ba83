import { relative } from "node:path";
import type { SignerConfig } from "./config.ts";
import { SignerError } from "./signer-error.ts";

/** A user and a group by their numbers, which need no names on the machine. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Becomes that user, with its group alone and no way back. Called before anything of the signer is read; the code
 * is loaded by then, so that it may lie where this user cannot look. Errors: E_START.
 */
export function giveUpRoot(user: SystemUser): void {
  const { setgroups, setgid, setuid } = process;
  if (setgroups === undefined || setgid === undefined || setuid === undefined) {
    throw failed("this system has no users to change to");
  }
  try {
    setgroups.call(process, []);
    setgid.call(process, user.gid);
    setuid.call(process, user.uid);
  } catch (error) {
    throw failed(error instanceof Error ? error.message : "refused");
  }
  if (!isOnly(user)) throw failed(`still ${process.getuid?.()}:${process.getgid?.()}`);
}

/** What lies in the working directory, by its name there: the way to it may be closed to this user. */
export function fromHere(config: SignerConfig, here: string): SignerConfig {
  const near = (path: string): string => {
    const name = relative(here, path);
    return name === "" || name.startsWith("..") ? path : name;
  };
  return {
    ...config,
    socketPath: near(config.socketPath),
    tokenPath: near(config.tokenPath),
    keystorePath: near(config.keystorePath),
    auditLogPath: near(config.auditLogPath),
  };
}

/** `uid:gid`, both above 0. Errors: E_CONFIG. */
export function parseUser(text: string): SystemUser {
  const [, uid = 0, gid = 0] = (/^(\d{1,10}):(\d{1,10})$/.exec(text) ?? []).map(Number);
  if (uid < 1 || gid < 1) throw new SignerError({ code: "E_CONFIG", field: "--user" });
  return { uid, gid };
}

function isOnly({ uid, gid }: SystemUser): boolean {
  const ids = [process.getuid?.(), process.geteuid?.()];
  const groups = [process.getgid?.(), process.getegid?.(), ...(process.getgroups?.() ?? [])];
  return ids.every((id) => id === uid) && groups.every((id) => id === gid) && !canReturn();
}

function canReturn(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return false;
  }
}

function failed(reason: string): SignerError {
  return new SignerError({ code: "E_START", reason: `own user: ${reason}` });
}
