import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";
import type { Channel } from "./channel.ts";
import type { ToChild } from "./messages.ts";

/** A run that does what its job's plan is named, instead of running it. */
export function actHostile(channel: Channel, writeRaw: ((bytes: Buffer) => void) | null): void {
  const job = channel.read() as ToChild | undefined;
  if (job?.type !== "job") return;
  const [name = "", argument = ""] = job.plan.name.split(" ");
  const say = (facts: unknown): void =>
    channel.write({ type: "failed", detail: JSON.stringify(facts) });
  const bomb = BOMBS[name];
  if (bomb !== undefined) bomb(Number(argument), say);
  const attack = ATTACKS[name];
  if (attack !== undefined) say(attempt(attack));
  const later = LATER[name];
  if (later !== undefined) {
    later(say);
    return;
  }
  TALK[name]?.(channel, writeRaw);
  while (channel.read() !== undefined);
}

type Say = (facts: unknown) => void;

/** What the attack got, or why it got nothing. */
function attempt(what: () => unknown): { readonly got: unknown } | { readonly refused: string } {
  try {
    return { got: what() };
  } catch (error) {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    return { refused: String(code ?? name ?? error) };
  }
}

/** Each gives what it gained, and throws when it gained nothing. */
const ATTACKS: { readonly [name: string]: () => unknown } = {
  environment: () => Object.entries(process.env).filter(([name]) => name !== "PWD"),
  "read-passwd": () => readFileSync("/etc/passwd", "utf8").slice(0, 10),
  "see-files": () => ["/etc", "/home", "/tmp", "/root"].filter((path) => existsSync(path)),
  "see-processes": () => readdirSync("/proc").filter((name) => /^\d+$/.test(name)),
  "read-own-memory": () => closeSync(openSync("/proc/self/mem", "r")),
  "write-file": () => writeFileSync("/tmp/deed-hostile", "x"),
  "write-root": () => writeFileSync("/deed-hostile", "x"),
  // 0 asks whether one may signal it.
  "signal-parent": () => gained(process.ppid > 0 && process.kill(process.ppid, 0)),
  "signal-all": () => process.kill(-1, 0),
  "make-code": () => new Function("return 1")(),
  "start-program": () => succeeded(spawnSync("/bin/true").error),
  "start-node": () => succeeded(spawnSync(process.execPath, ["-v"]).error),
  "become-root": () => process.setuid?.(0),
  leave: () => {
    (globalThis as { deedHostile?: string }).deedHostile = "here";
    Object.defineProperty(Object.prototype, "polluted", { value: "yes", configurable: true });
    throw new RangeError("left");
  },
  find: () =>
    gained(
      "deedHostile" in globalThis || ({} as { readonly polluted?: string }).polluted === "yes",
    ),
};

function gained<Gain>(gain: Gain): Gain {
  if (gain === false) throw new RangeError("nothing");
  return gain;
}

function succeeded(error: Error | undefined): string {
  if (error !== undefined) throw error;
  return "started";
}

/** Each says in the end what it got. */
const LATER: { readonly [name: string]: (say: Say) => void } = {
  "connect-tcp": (say) => tell(connect({ host: "127.0.0.1", port: 9 }), "connect", say),
  "connect-unix": (say) => tell(connect({ path: "/run/dbus/system_bus_socket" }), "connect", say),
  "send-udp": (say) => {
    const socket = createSocket("udp4");
    socket.on("error", (error) => say({ refused: codeOf(error) }));
    socket.send("x", 53, "127.0.0.1", (error) =>
      say(error === null ? { got: "sent" } : { refused: codeOf(error) }),
    );
  },
  "fork-bomb": (say) => {
    for (let count = 0; count < 1_000; count += 1) {
      const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1e3)"]);
      child.on("error", (error) => say({ refused: codeOf(error) }));
      child.on("spawn", () => say({ got: "spawned" }));
    }
  },
  thread: (say) => {
    const threads = Array.from(
      { length: 500 },
      () => new Worker("setInterval(() => undefined, 1e3)", { eval: true }),
    );
    threads.at(-1)?.on("online", () => say({ got: "500 threads" }));
    threads.at(-1)?.on("error", (error) => say({ refused: codeOf(error) }));
  },
};

function tell(
  emitter: { on(name: string, listener: (error: Error) => void): unknown },
  success: string,
  say: Say,
): void {
  emitter.on(success, () => say({ got: success }));
  emitter.on("error", (error) => say({ refused: codeOf(error) }));
}

function codeOf(error: Error): string {
  return String((error as { readonly code?: unknown }).code ?? error.name);
}

/** Node's types know it only where the DOM's are. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  };
};

const MEBIBYTE = 1024 * 1024;

const BOMBS: { readonly [name: string]: (argument: number, say: Say) => void } = {
  spin: () => {
    for (;;);
  },
  heap: () => {
    const kept: unknown[] = [];
    for (;;) kept.push(new Array(10_000).fill(kept.length));
  },
  buffers: () => fillForEver((bytes) => new ArrayBuffer(bytes)),
  shared: () => fillForEver((bytes) => new SharedArrayBuffer(bytes)),
  webassembly: () => {
    const memories: unknown[] = [];
    for (;;) {
      const memory = new WebAssembly.Memory({ initial: 128 });
      new Uint8Array(memory.buffer).fill(1);
      memories.push(memory);
    }
  },
  regexp: () => void /^(a+)+$/.test(`${"a".repeat(60)}b`),
  /** As many megabytes as it is told to, and then says so. */
  fill: (megabytes, say) => {
    const kept = Array.from({ length: megabytes }, () => new Uint8Array(MEBIBYTE).fill(1));
    say({ got: kept.length });
  },
};

function fillForEver(make: (bytes: number) => ArrayBufferLike): void {
  const kept: Uint8Array[] = [];
  for (;;) kept.push(new Uint8Array(make(8 * MEBIBYTE)).fill(1));
}

type Talk = (channel: Channel, writeRaw: ((bytes: Buffer) => void) | null) => void;

const TALK: { readonly [name: string]: Talk } = {
  garbage: (_, writeRaw) => writeRaw?.(Buffer.from([0, 0, 0, 5, 1, 2, 3, 4, 5])),
  huge: (_, writeRaw) => writeRaw?.(Buffer.from([0xff, 0xff, 0xff, 0xff])),
  flood: (channel) => {
    for (;;) channel.write({ type: "nothing", filler: "x".repeat(60_000) });
  },
  shape: (channel) => channel.write({ type: "effect", request: { kind: "http", stepIndex: -1 } }),
  effects: (channel) => {
    for (;;) {
      channel.write({ type: "effect", request: { kind: "pause", ms: 0 } });
      channel.read();
    }
  },
  chatter: (channel) => {
    for (;;) {
      const request = { kind: "pause", ms: 0, filler: "x".repeat(9_000) };
      channel.write({ type: "effect", request });
      channel.read();
    }
  },
  exit: () => process.exit(3),
};

/** What an attack of this list gains is the container's failure. */
export const ATTACK_NAMES: readonly string[] = [
  ...Object.keys(ATTACKS).filter((name) => name !== "leave"),
  ...Object.keys(LATER),
];
