import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { bundledEntry, type SelfEntry, selfEntry } from "../self-entry.ts";
import { checkConfig, type SignerConfig } from "./config.ts";
import type { SystemUser } from "./give-up-root.ts";
import { handOver } from "./hand-over.ts";
import type { PublicKeys } from "./keystore.ts";
import { SignerError, type SignerFailure } from "./signer-error.ts";

export interface SpawnSignerOptions {
  readonly config: SignerConfig;
  /** Where the configuration is written for the child. */
  readonly configPath: string;
  /** Handed over by a pipe. */
  readonly passphrase: string;
  /** Who it is to run as; needs root. Left out: as this process. */
  readonly user?: SystemUser | undefined;
  /** Descriptor for the child's log; default the parent's standard error. */
  readonly logFd?: number;
}

/** A signer that runs as a child of this process and ends with it. */
export interface SpawnedSigner {
  readonly publicKeys: PublicKeys;
  /** Where nodes on other machines come in; null where none may. */
  readonly remotePort: number | null;
  readonly pid: number;
  /** Resolves when it has ended, with its exit code or signal. */
  readonly ended: Promise<number | string>;
  /** Ends it in order. */
  close(): Promise<void>;
}

const PASSPHRASE_FD = 3;
// There is one for every node: what it needs at a time is little, and garbage need not pile up.
const NODE_FLAGS = ["--max-semi-space-size=1", "--max-old-space-size=96"];

/** Starts a signer process and waits until it serves. Errors: what it said, or E_START. */
export async function spawnSigner(options: SpawnSignerOptions): Promise<SpawnedSigner> {
  const config = checkConfig({ ...options.config, endWithParent: true });
  const { configPath, user } = options;
  const folder = dirname(configPath);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user !== undefined) handOver(config, user);
  writeConfig(configPath, config, user);
  const entry = signerEntry();
  // It changes its user before it reads anything, and then sees its folder from inside alone.
  const own =
    user === undefined
      ? ["--config", configPath]
      : ["--user", `${user.uid}:${user.gid}`, "--config", basename(configPath)];
  const child = spawn(process.execPath, [...NODE_FLAGS, ...entry.execArgv, entry.path, ...own], {
    ...(user === undefined ? {} : { cwd: folder }),
    stdio: ["pipe", "pipe", options.logFd ?? "inherit", "pipe"],
    env: { DEED_PASSPHRASE_FD: String(PASSPHRASE_FD), ...cloudEnvironment(config) },
  });
  const ended = endOf(child);
  const passphrase = child.stdio[PASSPHRASE_FD] as Writable;
  passphrase.on("error", () => undefined);
  passphrase.end(options.passphrase);
  const { publicKeys, remotePort } = await ready(child, ended);
  return {
    publicKeys,
    remotePort,
    pid: child.pid ?? 0,
    ended,
    close: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

// Under a new name first: what another user may have put in its place is neither followed nor kept.
function writeConfig(path: string, config: SignerConfig, user: SystemUser | undefined): void {
  const draft = `${path}.${randomBytes(8).toString("hex")}`;
  writeFileSync(draft, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  if (user !== undefined) chownSync(draft, user.uid, user.gid);
  renameSync(draft, path);
}

// What an SDK finds its credentials by. A signer without a key in a cloud gets nothing of this environment.
function cloudEnvironment(config: SignerConfig): NodeJS.ProcessEnv {
  const places = [config.keys, ...(config.moreKeys ?? [])];
  if (places.every((keys) => keys?.awsKms === undefined)) return {};
  const wanted = Object.entries(process.env).filter(
    ([name]) => name.startsWith("AWS_") || name === "HOME",
  );
  return Object.fromEntries(wanted);
}

function signerEntry(): SelfEntry {
  const path = bundledEntry("signer.js");
  return path === null ? selfEntry("./main", import.meta.url) : { path, execArgv: [] };
}

async function endOf(child: ChildProcess): Promise<number | string> {
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    return code ?? signal ?? "unknown";
  } catch (error) {
    return error instanceof Error ? error.message : "unknown";
  }
}

interface Ready {
  readonly publicKeys: PublicKeys;
  readonly remotePort: number | null;
}

// One line says it all; without it the child ended before it could say anything.
async function ready(child: ChildProcess, ended: Promise<number | string>): Promise<Ready> {
  const lines = createInterface({ input: child.stdout as Readable });
  const first = once(lines, "line") as Promise<[string]>;
  const gone = ended.then((end) => {
    throw new SignerError({ code: "E_START", reason: String(end) });
  });
  gone.catch(() => undefined);
  const [line] = await Promise.race([first, gone]);
  lines.close();
  const message = JSON.parse(line) as
    | { readonly ready: Ready }
    | { readonly failed: SignerFailure };
  if ("failed" in message) {
    await ended;
    throw new SignerError(message.failed);
  }
  return message.ready;
}
