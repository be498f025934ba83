import type { EffectHandler, RunResult } from "@deed/node/parts";
import { transcriptOf } from "@deed/protocol/transcript";
import {
  type Attack,
  answerWith,
  anyAnswer,
  endOf,
  never,
  noEffects,
  orderJob,
  type Scene,
} from "../attack.ts";
import { all, each, NO_FRAME, OUTPUT_CAP, WALL_CLOCK } from "./expectations.ts";

// What a run says to its node, or does not: the node must neither believe it nor suffer from it.

const MEBIBYTE = 1024 * 1024;
const DEPTH = 400_000;
/** What one run may make the node hold for it. */
const MOST_GROWTH_MB = 64;

const NOTHING_POLLUTED = (end: string): string =>
  "polluted" in {} ? `${end}, and the node's objects have changed` : end;

/** Runs an order whose end is not only what the sandbox says. */
async function resultOf(
  { sandbox }: Scene,
  order: string,
  argument: unknown,
  broker: EffectHandler = noEffects,
): Promise<RunResult> {
  return sandbox.execute(orderJob(order, argument, {}), broker, never);
}

export const TALKING: readonly Attack[] = [
  {
    name: "endless-output",
    isShort: true,
    expected: all(OUTPUT_CAP),
    run: ({ act }) => act("endless-output", undefined, { broker: anyAnswer }),
  },
  {
    name: "endless-effects",
    expected: all({ by: "effect cap", is: /^EFFECT_CAP$/ }),
    run: ({ act }) => act("endless-effects", undefined, { broker: anyAnswer }),
  },
  {
    name: "large-effect",
    expected: all({ by: "cap on one effect", is: /^EFFECT_SIZE$/ }),
    run: ({ act }) =>
      act("large-effect", 100_000, { broker: anyAnswer, limits: { effectBytes: 50_000 } }),
  },
  {
    name: "child-that-never-reads",
    isShort: true,
    expected: all({
      by: "one effect at a time, and caps",
      is: /^(PROTOCOL |OUTPUT_CAP|EFFECT_CAP)/,
    }),
    async run({ act }) {
      const before = process.memoryUsage.rss();
      const broker = answerWith("x".repeat(MEBIBYTE));
      const end = await act("never-reads", undefined, { broker });
      const grownMb = Math.round((process.memoryUsage.rss() - before) / MEBIBYTE);
      return grownMb > MOST_GROWTH_MB ? `${end}, and the node holds ${grownMb} MB more` : end;
    },
  },
  {
    name: "child-that-asks-and-is-deaf",
    expected: all(WALL_CLOCK),
    run: ({ act }) => act("deaf", undefined, { broker: anyAnswer, limits: { wallMs: 400 } }),
  },
  { name: "garbage", expected: all(NO_FRAME), run: ({ act }) => act("garbage") },
  {
    name: "giant-json",
    isShort: true,
    expected: all(OUTPUT_CAP),
    run: ({ act }) => act("giant-frame", 3 * MEBIBYTE),
  },
  {
    name: "false-length",
    expected: each({
      zygote: { by: "the fork server frames what is said", is: /^refused nothing: no raw bytes$/ },
      bubblewrap: OUTPUT_CAP,
      process: OUTPUT_CAP,
    }),
    run: ({ act }) => act("false-length"),
  },
  {
    name: "deep-json-as-request",
    isShort: true,
    expected: all({ by: "cap on one effect", is: /^EFFECT_SIZE$/ }),
    run: ({ act }) => act("deep-request", DEPTH, { limits: { effectBytes: MEBIBYTE } }),
  },
  {
    name: "deep-json-as-outcome",
    expected: all({ by: "the transcript's encoding", is: /^(PROTOCOL |no transcript)/ }),
    async run(scene) {
      const result = await resultOf(scene, "deep-outcome", DEPTH);
      if (result.kind !== "done") return endOf(result);
      try {
        const of = { executionId: `0x${"11".repeat(32)}`, attempt: 1 } as const;
        return `transcript ${transcriptOf(of, result.outcome.leaves).root}`;
      } catch (error) {
        return `no transcript: ${error instanceof Error ? error.name : ""}`;
      }
    },
  },
  {
    name: "prototype-pollution-of-the-node",
    isShort: true,
    expected: all({
      by: "messages are read, not merged",
      is: /^(PROTOCOL |got |refused |BROKER )[^,]*$/,
    }),
    run: async ({ act }) => NOTHING_POLLUTED(await act("prototype-message")),
  },
  {
    name: "false-outcome",
    expected: all(NO_FRAME),
    run: ({ act }) => act("false-outcome"),
  },
  { name: "ready-twice", expected: all(NO_FRAME), run: ({ act }) => act("ready-twice") },
  { name: "unknown-message", expected: all(NO_FRAME), run: ({ act }) => act("unknown-message") },
  {
    name: "say-after-end",
    expected: all({ by: "the first end counts", is: /^refused said$/ }),
    run: ({ act }) => act("say-after-end"),
  },
  {
    name: "exit",
    expected: all({ by: "an end without an outcome", is: /^died / }),
    run: ({ act }) => act("exit"),
  },
  {
    name: "abort",
    expected: all({ by: "an end without an outcome", is: /^died / }),
    run: ({ act }) => act("abort"),
  },
];
