import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { treeOf } from "../measure/processes.ts";
import { type Attack, answerWith, anyAnswer, type Scene } from "./attack.ts";
import { all } from "./attacks/expectations.ts";

// A secret of earlier runs is looked for in the memory of all processes that belong to the sandbox.

const EARLIER_RUNS = 20;
const WINDOW_BYTES = 1 << 20;
/** Readable, and not a file's own bytes: program text cannot be written. */
const HOLDS_WHAT_WAS_READ = /^([0-9a-f]+)-([0-9a-f]+) r(?:w|-.{2} \S+ \S+ \S+ *(?!.*\/))/gm;

interface Found {
  readonly processes: number;
  /** Those that could not be read: they show nothing. */
  readonly unread: number;
  readonly bytes: number;
  readonly times: number;
}

export const CANARY: readonly Attack[] = [
  {
    name: "canary-of-twenty-earlier-runs",
    isShort: true,
    expected: all({
      by: "found in no memory of the sandbox",
      is: /^found 0 times in [1-9]\d* processes \([1-9]\d* MB\)$/,
    }),
    async run(scene) {
      const canary = canaryOf(scene);
      for (let run = 0; run < EARLIER_RUNS; run += 1) await tell(scene, canary);
      return beside(scene, () => wordsOf(findBelow(canary)));
    },
  },
  {
    // Without it a search that finds nothing anywhere would pass.
    name: "canary-is-found-where-it-is",
    isShort: true,
    expected: all({ by: "the search works", is: /^found [1-9]\d* times/ }),
    async run(scene) {
      const canary = canaryOf(scene);
      let words = "";
      await scene.act("remember", canary, {
        broker: async (request, signal) => {
          words = wordsOf(findBelow(canary));
          return anyAnswer(request, signal);
        },
      });
      return words;
    },
  },
];

let counter = 0;

/** Made of pieces, so that it stands in no code. */
function canaryOf({ place }: Scene): string {
  counter += 1;
  return ["canary", place, process.pid, counter, Math.random().toString(36).slice(2)].join("-");
}

/** A run that holds the canary in its order, its memory and its broker's answer. */
async function tell({ act }: Scene, canary: string): Promise<void> {
  await act("remember", canary, { broker: answerWith(`{"secret":"${canary}"}`) });
}

/** What is seen while a run waits for its answer. */
async function beside({ act }: Scene, look: () => string): Promise<string> {
  let words = "no run waited";
  await act("wait", undefined, {
    broker: async (request, signal) => {
      words = look();
      return anyAnswer(request, signal);
    },
  });
  return words;
}

function wordsOf({ processes, unread, bytes, times }: Found): string {
  const notRead = unread === 0 ? "" : `, ${unread} could not be read`;
  return `found ${times} times in ${processes} processes (${Math.round(bytes / 1e6)} MB)${notRead}`;
}

/** In all processes below this one, as text of one byte a letter and of two. */
function findBelow(canary: string): Found {
  const forms = [Buffer.from(canary, "latin1"), Buffer.from(canary, "utf16le")];
  const found = { processes: 0, unread: 0, bytes: 0, times: 0 };
  for (const pid of treeOf([process.pid]).filter((each) => each !== process.pid)) {
    const { isRead, bytes, times } = findIn(pid, forms);
    found.processes += isRead ? 1 : 0;
    found.unread += isRead ? 0 : 1;
    found.bytes += bytes;
    found.times += times;
  }
  return found;
}

function findIn(pid: number, forms: readonly Buffer[]) {
  const found = { isRead: false, bytes: 0, times: 0 };
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, "utf8");
    const memory = openSync(`/proc/${pid}/mem`, "r");
    for (const [, from, to] of maps.matchAll(HOLDS_WHAT_WAS_READ)) {
      search(memory, BigInt(`0x${from}`), BigInt(`0x${to}`), forms, found);
    }
    closeSync(memory);
    found.isRead = found.bytes > 0;
  } catch {
    // It has gone, or is somebody else's.
  }
  return found;
}

/** Windows overlap, so that none cuts a find in two; one found twice is found. */
function search(
  memory: number,
  from: bigint,
  to: bigint,
  forms: readonly Buffer[],
  found: { bytes: number; times: number },
): void {
  const window = Buffer.alloc(WINDOW_BYTES);
  const overlap = BigInt(Math.max(...forms.map(({ length }) => length)));
  for (let at = from; at < to; at += BigInt(WINDOW_BYTES) - overlap) {
    const got = readAt(memory, window, Math.min(WINDOW_BYTES, Number(to - at)), at);
    found.bytes += got;
    const seen = window.subarray(0, got);
    for (const form of forms) {
      for (let place = seen.indexOf(form); place >= 0; place = seen.indexOf(form, place + 1)) {
        found.times += 1;
      }
    }
  }
}

/** Reserved addresses without memory cannot be read. */
function readAt(memory: number, window: Buffer, bytes: number, at: bigint): number {
  try {
    return readSync(memory, window, 0, bytes, at);
  } catch {
    return 0;
  }
}
