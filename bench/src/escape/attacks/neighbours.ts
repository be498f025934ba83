import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Attack, anyAnswer, type Scene } from "../attack.ts";
import { all } from "./expectations.ts";
import { honestOutcome } from "./plans.ts";

// Attacks on the runs that come next, and on the moment when a run's time is over.

const POISONS = ["poison", "heap", "exit", "endless-output"] as const;
const MOMENTS_MS = [-40, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20];
const WALL_MS = 250;

export const NEIGHBOURING: readonly Attack[] = [
  {
    name: "poison-the-pool",
    isShort: true,
    expected: all({ by: "a place for each run", is: /^the next was the same, 4 times$/ }),
    async run(scene) {
      const before = await honestOutcome(scene);
      let same = 0;
      for (const poison of POISONS) {
        await scene.act(poison, 400, { broker: anyAnswer });
        if ((await honestOutcome(scene)) === before) same += 1;
      }
      return before.startsWith('{"kind":"done"')
        ? `the next was the same, ${same} times`
        : `no honest run: ${before}`;
    },
  },
  {
    name: "leave-state-for-a-sibling",
    isShort: true,
    expected: all({
      by: "a place for each run",
      is: /^(refused (nothing: found nothing|ERR_ACCESS_DENIED)|died SIGSYS)$/,
    }),
    async run({ act, world }) {
      const path = join(world.folder, "left");
      await act("leave", path);
      const found = await act("find", path);
      const isLeft = existsSync(path);
      if (isLeft) rmSync(path);
      return isLeft ? `${found}, and a file is there` : found;
    },
  },
  {
    name: "leave-state-for-one-beside",
    expected: all({
      by: "a place for each run",
      is: /^(refused (nothing: found nothing|ERR_ACCESS_DENIED)|died SIGSYS)$/,
    }),
    async run({ act, world }) {
      const path = join(world.folder, "beside");
      const limits = { wallMs: 600 };
      const beside = [1, 2, 3].map(() => act("leave", path, { limits }));
      const found = await act("find", path);
      await Promise.all(beside);
      return found;
    },
  },
  {
    name: "end-exactly-at-the-timeout",
    isShort: true,
    expected: all({
      by: "one end or the other",
      is: /^each on time or too late, and the next works$/,
    }),
    run: endAtTimeout,
  },
];

/** Runs that say their word at the moment at which their time is over, some before and some after it. */
async function endAtTimeout(scene: Scene): Promise<string> {
  const ends = new Set<string>();
  for (const moment of MOMENTS_MS) {
    ends.add(await scene.act("end-on-time", WALL_MS + moment, { limits: { wallMs: WALL_MS } }));
  }
  const others = [...ends].filter((end) => end !== 'got "on time"' && end !== "WALL_CLOCK");
  if (others.length > 0) return `ends: ${others.join(", ")}`;
  const next = await scene.act("end-on-time", 1);
  return next === 'got "on time"' ? "each on time or too late, and the next works" : next;
}
