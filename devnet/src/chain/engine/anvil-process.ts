import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Writable } from "node:stream";
import { ChainError } from "../error.ts";

/** A running anvil that dies with this process. */
export interface AnvilProcess {
  readonly pid: number;
  readonly port: number;
  /** Resolves with how it ended. */
  readonly exited: Promise<string>;
  kill(): Promise<void>;
}

export type ProcessPriority = "normal" | "low";

export interface ProcessSurroundings {
  /** A directory for whatever it leaves behind. */
  readonly home: string;
  readonly priority: ProcessPriority;
}

/*
 * After kill -9 of its parent anvil would live on. So a shell first leaves a watcher behind that
 * reads from a pipe which ends with us, and then becomes anvil (the pid stays the same). A line on
 * the pipe tells the watcher that anvil has ended by itself and that its pid is no longer its own.
 * Windows needs no watcher: libuv puts children into a job that ends with the parent.
 */
const watched = 'me=$$; (read -r _ <&3 || kill -9 "$me") & exec "$@" 3<&-';
const politely = ["nice", "-n", "10"];
const outputLimit = 4000;

/** Starts anvil on a free loopback port. */
export async function startAnvilProcess(
  program: string,
  flags: readonly string[],
  { home, priority }: ProcessSurroundings,
): Promise<AnvilProcess> {
  const port = await freePort();
  // Nothing of the user's environment may change what blocks look like.
  const env = { HOME: home, USERPROFILE: home, SystemRoot: process.env["SystemRoot"] };
  const prefix = priority === "low" ? politely : [];
  const all = ["--host", "127.0.0.1", "--port", String(port), ...flags];
  const child =
    process.platform === "win32"
      ? spawn(program, all, { env, stdio: ["ignore", "ignore", "pipe"] })
      : spawn("/bin/sh", ["-c", watched, "sh", ...prefix, program, ...all], {
          env,
          stdio: ["ignore", "ignore", "pipe", "pipe"],
          // Ctrl-C reaches a terminal's whole group; anvil is to stay until the last block is noted.
          detached: true,
        });
  const exited = exitOf(child);
  if (child.pid === undefined) {
    throw new ChainError({ code: "ENGINE_DID_NOT_START", reason: await exited });
  }
  return {
    pid: child.pid,
    port,
    exited,
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function exitOf(child: ChildProcess): Promise<string> {
  let output = "";
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (text: string) => {
    output = (output + text).slice(-outputLimit);
  });
  const leash = child.stdio[3] as Writable | undefined;
  leash?.on("error", () => {});
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => {
      leash?.end("ended\n");
      resolve([`ended with ${signal ?? code}`, output.trim()].filter(Boolean).join(": "));
    });
  });
}

// Anvil takes port 0 but, when silent, does not say which one it got.
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") {
    throw new ChainError({ code: "ENGINE_DID_NOT_START", reason: "no free port" });
  }
  return address.port;
}
