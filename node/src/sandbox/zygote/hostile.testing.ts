import { dirname, join } from "node:path";
import { becomeServer } from "./server/become-server.ts";
import { probe } from "./server/probe.ts";

// A fork server whose runs do what their job's plan is named, instead of running it. Any system call
// can be tried: `name:number:argument…`.

interface Attack {
  syscall(number: number, ...words: readonly (number | Uint8Array)[]): number;
}

const attack = { exports: {} as Attack };
process.dlopen(attack, join(dirname(process.argv[1] ?? ""), "attack.node"));
const { syscall } = attack.exports;

const addon = becomeServer(() => undefined);

interface Job {
  readonly type: string;
  readonly plan: { readonly name: string; readonly summary: string };
}

const say = (message: object): void => addon.send(JSON.stringify(message));
const shared = globalThis as { poison?: string };

const [MMAP, MPROTECT, MADVISE] = process.arch === "arm64" ? [222, 226, 233] : [9, 10, 28];
const [PROT_READ, PROT_BOTH, POPULATE_WRITE] = [1, 3, 23];
const [MAP_PRIVATE, MAP_NO_RESERVE] = [0x22, 0x4022];
const PIECE_MB = 8;

/** Takes memory piece by piece, each protected when it is full, so that it is no writable memory any more. */
function hide(protection: number): object {
  const bytes = PIECE_MB << 20;
  for (let megabytes = 0; megabytes < 600; megabytes += PIECE_MB) {
    const address = syscall(MMAP, 0, bytes, PROT_BOTH, MAP_PRIVATE, -1, 0);
    if (address < 0) return { error: -address, megabytes };
    // A kernel before 5.14 does not know it: nothing would be shown.
    if (syscall(MADVISE, address, bytes, POPULATE_WRITE) < 0) return { error: "not populated" };
    if (syscall(MPROTECT, address, bytes, protection) < 0) return { error: "not protected" };
  }
  return { error: null };
}

/** What it found, or nothing to report. */
function act(job: Job): object | undefined {
  const [name = "", ...words] = job.plan.name.split(":");
  switch (name) {
    case "syscall": {
      const [number = 0, ...rest] = words.map(Number);
      return { result: syscall(number, ...rest) };
    }
    case "ask":
    case "wait":
      say({ type: "effect", request: { kind: "pause", ms: 0 } });
      return { answer: addon.receive() };
    case "spin":
      for (;;);
    case "heap": {
      const kept: unknown[] = [];
      for (;;) kept.push(new Array(10_000).fill(kept.length));
    }
    case "buffers": {
      const kept: Uint8Array[] = [];
      for (;;) kept.push(new Uint8Array(4 << 20).fill(1));
    }
    case "hide":
      return hide(Number(words[0]));
    case "tables":
      return { result: syscall(MMAP, 0, 2 ** 37, PROT_READ, MAP_NO_RESERVE, -1, 0) };
    case "hold": {
      const kept: unknown[] = [];
      for (let megabytes = 0; megabytes < Number(words[0]); megabytes += 1)
        kept.push(new Array(131_072).fill(megabytes));
      return { held: kept.length };
    }
    case "poison":
      shared.poison = job.plan.summary;
      Object.assign(Object.prototype, { polluted: true });
      JSON.parse = () => ({ poisoned: true });
      return {};
    case "look":
      return {
        poison: shared.poison ?? null,
        polluted: "polluted" in {},
        parsed: JSON.parse("1"),
        env: Object.keys(process.env),
        evaluate: attempt(() => new Function("return 1")()),
        wasm: "WebAssembly" in globalThis,
      };
    case "flood":
      for (;;) say({ type: "nothing", filler: "x".repeat(60_000) });
    case "silent-reader":
      for (;;) say({ type: "effect", request: { kind: "pause", ms: 0 } });
    case "deaf":
      say({ type: "effect", request: { kind: "pause", ms: 0 } });
      for (;;);
    case "exit":
      addon.exit(3);
  }
  return undefined;
}

function attempt(what: () => unknown): string {
  try {
    return String(what());
  } catch (error) {
    return error instanceof Error ? error.name : "";
  }
}

const job = JSON.parse(addon.receive() ?? "{}") as Job;
if (job.type === "probe") probe();
const facts = act(job);
if (facts !== undefined) say({ type: "failed", detail: JSON.stringify(facts) });
addon.exit(0);
