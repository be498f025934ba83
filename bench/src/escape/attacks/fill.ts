import type { Attack } from "../attack.ts";
import type { NativeOrder } from "../payload/native.ts";
import {
  all,
  CPU_TIME,
  DENIED,
  each,
  FILTERED,
  MEMORY_CAP,
  NATIVE_CODE,
  WALL_CLOCK,
} from "./expectations.ts";

// Memory, time, threads and descriptors. A bomb asks for more than any default gives, and ends then, so
// that it can be shown to go off where nothing holds it.

const MEGABYTES = 600;
const MANY_DESCRIPTORS = 1_000;
const [MAP_PRIVATE, MAP_SHARED] = [0x22, 0x21];
const MMAP = process.arch === "arm64" ? 222 : 9;

function memory(name: string, order: string, more: Partial<Attack> = {}): Attack {
  return {
    name,
    uncontained: /^got /,
    expected: all(MEMORY_CAP),
    run: ({ act }) => act(order, MEGABYTES),
    ...more,
  };
}

function endless(name: string, order: string, more: Partial<Attack> = {}): Attack {
  return {
    name,
    uncontained: /^WALL_CLOCK$/,
    expected: all(WALL_CLOCK),
    run: ({ act }) => act(order, undefined, { limits: { wallMs: 400 } }),
    ...more,
  };
}

const MEMORY: readonly Attack[] = [
  memory("heap-bomb", "heap", { isShort: true }),
  memory("array-buffer-bomb", "buffers", { isShort: true }),
  memory("string-bomb", "strings"),
  memory("shared-memory-bomb", "shared"),
  memory("webassembly-memory-bomb", "webassembly-memory", {
    expected: each({
      zygote: { by: "no WebAssembly without a compiler", is: /^refused nothing: no WebAssembly$/ },
      bubblewrap: MEMORY_CAP,
      process: MEMORY_CAP,
    }),
  }),
  {
    name: "native-memory-bomb",
    isShort: true,
    uncontained: /^got "600 MB"$/,
    expected: each({
      zygote: { by: "memory cap", is: /^refused nothing: error 12 with less$/ },
      bubblewrap: { by: "memory cap", is: /^(refused nothing: error 12 with less|died SIGKILL)$/ },
      process: NATIVE_CODE,
    }),
    run: (scene) => nativeMemory(scene, MAP_PRIVATE),
  },
  {
    name: "native-shared-memory-bomb",
    uncontained: /^got "600 MB"$/,
    expected: each({
      zygote: FILTERED,
      bubblewrap: { by: "no shared mappings", is: /^refused nothing: error 1 with less$/ },
      process: NATIVE_CODE,
    }),
    run: (scene) => nativeMemory(scene, MAP_SHARED),
  },
  {
    // RLIMIT_DATA counts what can be written now: what is full is protected.
    name: "native-hidden-memory-bomb",
    isShort: true,
    uncontained: /^got 0$/,
    expected: each({
      zygote: { by: "cap of addresses", is: /^(refused nothing: error 12|died SIGKILL)$/ },
      bubblewrap: { by: "memory group, or the node's look at what it holds", is: /^died SIGKILL$/ },
      process: NATIVE_CODE,
    }),
    async run({ act, native, place, sandbox }) {
      const there = place === "zygote" || place === "none" ? sandbox : await native();
      if (there === null) return "not tried";
      return act("native", { calls: hiddenPieces() }, { sandbox: there });
    },
  },
];

const PIECE = 8 << 20;
const MADV_POPULATE_WRITE = 23;
const [MPROTECT, MADVISE] = process.arch === "arm64" ? [226, 233] : [10, 28];

function hiddenPieces(): NativeOrder["calls"] {
  return Array.from({ length: MEGABYTES / 8 }, (_, index): NativeOrder["calls"] => {
    const address = { resultOf: 3 * index };
    return [
      [MMAP, 0, PIECE, 3, MAP_PRIVATE, -1, 0],
      [MADVISE, address, PIECE, MADV_POPULATE_WRITE],
      [MPROTECT, address, PIECE, 0],
    ];
  }).flat();
}

async function nativeMemory(
  { act, native, place, sandbox }: Parameters<Attack["run"]>[0],
  flags: number,
): Promise<string> {
  const there = place === "zygote" || place === "none" ? sandbox : await native();
  if (there === null) return "not tried";
  const argument = { number: MMAP, megabytes: MEGABYTES, flags };
  return act("native-memory", argument, { sandbox: there });
}

const TIME: readonly Attack[] = [
  endless("infinite-loop", "spin", { isShort: true }),
  endless("regular-expression-bomb", "regexp", { isShort: true }),
  endless("microtask-loop", "microtasks"),
  endless("webassembly-loop", "webassembly-spin", {
    expected: each({
      zygote: { by: "no WebAssembly without a compiler", is: /^refused nothing: no WebAssembly$/ },
      bubblewrap: WALL_CLOCK,
      process: WALL_CLOCK,
    }),
  }),
  {
    name: "use-up-cpu-time",
    expected: all(CPU_TIME),
    run: ({ act }) => act("spin", undefined, { limits: { cpuSec: 1 } }),
  },
  {
    name: "overflow-stack",
    expected: all({ by: "V8's stack limit", is: /^refused RangeError$/ }),
    run: ({ act }) => act("overflow-stack"),
  },
];

const COUNTS: readonly Attack[] = [
  {
    name: "exhaust-descriptors",
    isShort: true,
    uncontained: /^got 1000$/,
    expected: each({
      zygote: FILTERED,
      bubblewrap: { by: "descriptor limit", is: /^refused nothing: EMFILE at most 64$/ },
      process: { by: "descriptor limit", is: /^refused nothing: EMFILE at most 64$/ },
    }),
    run: ({ act }) => act("exhaust-descriptors", MANY_DESCRIPTORS),
  },
  {
    name: "thread-bomb",
    uncontained: /^got "30 threads"$/,
    expected: each({ zygote: FILTERED, bubblewrap: DENIED, process: DENIED }),
    run: ({ act }) => act("threads", 30),
  },
];

export const FILLING: readonly Attack[] = [...MEMORY, ...TIME, ...COUNTS];
