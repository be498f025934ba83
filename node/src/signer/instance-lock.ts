import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { basename, dirname, resolve } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { SignerError } from "./signer-error.ts";

/** Held by one process at a time, and given back by the system when the process ends in whatever way. */
export interface InstanceLock {
  release(): void;
}

const RETRY_MS = 50;

/**
 * One signer for one log on this machine. On Linux the name of an abstract socket, which is gone with its process;
 * elsewhere none: there the log itself finds a second writer before it signs anything. Waits for a predecessor
 * that is ending. Errors: E_LOCKED, E_AUDIT_IO.
 */
export async function takeInstanceLock(
  path: string,
  options: { readonly waitMs: number },
): Promise<InstanceLock> {
  // By the folder itself: it has one number, whatever way leads there.
  const { dev, ino } = folderOf(path);
  return take(`log ${dev}:${ino}/${basename(path)}`, resolve(path), options.waitMs);
}

function folderOf(path: string): { readonly dev: number; readonly ino: number } {
  try {
    return statSync(dirname(path));
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    const reason = `${code}: folder of auditLogPath`;
    throw new SignerError({ code: "E_AUDIT_IO", reason }, { cause: error });
  }
}

/** One signer for one key on this machine, whatever log, user or copy of the keystore it has. Errors: E_LOCKED. */
export function takeKeyLock(
  address: Hex,
  options: { readonly waitMs: number },
): Promise<InstanceLock> {
  return take(`key ${address}`, `duty key ${address}`, options.waitMs);
}

async function take(what: string, shown: string, waitMs: number): Promise<InstanceLock> {
  if (process.platform !== "linux") return { release: () => undefined };
  const name = `\0deed-signer-${createHash("sha256").update(what).digest("hex").slice(0, 40)}`;
  const server = createServer((socket) => socket.destroy());
  for (let leftMs = waitMs; ; leftMs -= RETRY_MS) {
    const problem = await listen(server, name);
    if (problem === null) break;
    if (problem !== "EADDRINUSE") throw new SignerError({ code: "E_START", reason: problem });
    if (leftMs <= 0) throw new SignerError({ code: "E_LOCKED", path: shown });
    await new Promise((next) => setTimeout(next, RETRY_MS));
  }
  server.unref();
  return { release: () => server.close() };
}

// Null, or why it does not listen.
function listen(server: Server, name: string): Promise<string | null> {
  return new Promise((resolve) => {
    const done = (problem: string | null): void => {
      server.off("error", onError).off("listening", onListening);
      resolve(problem);
    };
    const onError = (error: NodeJS.ErrnoException): void => done(error.code ?? "lock");
    const onListening = (): void => done(null);
    server.once("error", onError).once("listening", onListening);
    server.listen(name);
  });
}
