import { COPIES } from "./copy-cases.testing.ts";
import type { LiveCase } from "./evidence-bed.testing.ts";
import { FORKED } from "./fork-cases.testing.ts";
import { RESTORED } from "./restored-cases.testing.ts";
import { STOLEN } from "./stolen-cases.testing.ts";

/** CLAIM_WITHOUT_RECORD, MISSING_VERDICT, VERDICT_WITHHELD, MISSING_PREIMAGE, MISSING_VOTE, ACTED_WITHOUT_RECORD, REPEATED_SILENCE: of nodes that rested. */
const SILENCE: ReadonlySet<number> = new Set([12, 13, 14, 18, 19, 20, 22]);

const LAST: readonly LiveCase[] = [
  {
    name: "control, nobody was slashed for what was signed, and nothing that was fired is lost",
    expected: "0 slashed, 0 open",
    play: async ({ net }) => {
      const slashed = net.events("Slashed").filter(({ fault }) => !SILENCE.has(fault));
      const ends = await Promise.all(net.acknowledged.map((execution) => net.final(execution)));
      const open = ends.filter(({ state }) => state !== "final");
      return `${slashed.length} slashed, ${open.length} open`;
    },
  },
];

/**
 * What a live network has against a signer that is copied, forked, cut, restored or robbed; in this order, on one
 * network. A robbed node stays away, and seats that it is drawn for take their time: it is the last.
 */
export const LIVE_CASES: readonly LiveCase[] = [
  ...COPIES,
  ...FORKED,
  ...RESTORED,
  ...STOLEN,
  ...LAST,
];
