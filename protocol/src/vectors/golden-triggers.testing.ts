import { keccakText } from "../encoding/hasher.ts";
import { CALL, compileKwala, kwala, POST } from "../intent/kwala/kwala.testing.ts";
import type { Plan } from "../plan/plan.ts";
import type { EventPayload, Occurrence, OccurrencePayload } from "../runtime/effect.ts";
import { type Answer, callStep, httpStep, manual, planOf } from "../runtime/run.testing.ts";

/** What a golden run is made of: a plan, what fired it, and answers to its requests. */
export type Scenario = readonly [Plan, Occurrence, readonly Answer[]];

const on = (payload: OccurrencePayload): Occurrence => ({ ...manual, payload });
const blockHash = keccakText("a block");
/** A minute since 1970 at which the cron expression below ticks. */
const MINUTE = 29_999_880;

const ticks = (trigger: Plan["trigger"]): Plan =>
  planOf(
    [
      httpStep("tell", {
        if: "trigger.ordinal > 0",
        body: {
          type: "json",
          value: { kind: "${trigger.kind}", of: "${trigger.ordinal}", at: "${now}" },
        },
      }),
      callStep("act", { if: "steps.tell.outcome != 'failed'" }),
    ],
    { trigger },
  );

const ofBlock = planOf(
  [httpStep("tell", { body: { type: "text", value: "${trigger.ordinal} ${trigger.blockHash}" } })],
  { trigger: { kind: "block", height: 500, every: 10, catchUp: 1 } },
);

const composite = planOf(
  [
    httpStep("tell", {
      body: { type: "json", value: { kind: "${trigger.kind}", phase: "${trigger.phase}" } },
    }),
  ],
  {
    trigger: {
      kind: "composite",
      first: { kind: "height", chainId: 80_002, height: 28_423_712 },
      repeat: { kind: "interval", periodSec: 60 },
    },
  },
);

const transfer: EventPayload = {
  kind: "event",
  chainId: 31337,
  contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
  blockNumber: 77,
  blockHash,
  txHash: keccakText("a transfer"),
  logOrdinal: 2,
  event: {
    from: `0x${"0a".repeat(20)}`,
    to: `0x${"0b".repeat(20)}`,
    value: "115792089237316195423570985008687907853269984665640564039457584007913129639935",
  },
};

const second = {
  ...POST,
  Name: "tell_again",
  APIPayload: "{ amount: re.event(2), text: to re.event(1) }",
};
const retried = { ...second, RetriesUntilSuccess: "2" };
const status = { ActionStatusNotificationPOSTURL: "https://example.com/status" };
const ofKwala = (parts: Parameters<typeof kwala>[0]): Plan => compileKwala(kwala(parts)).plan;

const parallel = ofKwala({ mode: "parallel", actions: [retried, CALL, POST] });
const sequential = ofKwala({ mode: "sequential", trigger: status, actions: [retried, CALL] });

/** Runs by each kind of schedule and in each mode of Kwala. */
export const triggerScenarios: { readonly [name: string]: Scenario } = {
  "v1-cron-tick": [
    ticks({ kind: "cron", expression: "0 */6 * * *", catchUp: 1 }),
    { ...on({ kind: "cron", ordinal: MINUTE }), nowSec: 60 * MINUTE },
    [{ status: 200 }, { returned: "0x01" }],
  ],
  "v1-start-first": [
    ticks({ kind: "start", startSec: 0, periodSec: 300, catchUp: 1 }),
    on({ kind: "start", ordinal: 0 }),
    [{ returned: "0x" }],
  ],
  "v1-start-later": [
    ticks({ kind: "start", startSec: 1_800_000_000, periodSec: 300, catchUp: 255 }),
    on({ kind: "start", ordinal: 3 }),
    [{ error: "TIMEOUT" }],
  ],
  "v1-block-tick": [ofBlock, on({ kind: "block", ordinal: 510, blockHash }), [{ status: 204 }]],
  "v1-composite-first-height": [
    composite,
    on({
      kind: "composite",
      phase: "first",
      of: { kind: "height", chainId: 80_002, height: 28_423_712, blockHash },
    }),
    [{ status: 200 }],
  ],
  "v1-composite-repeat-interval": [
    composite,
    on({ kind: "composite", phase: "repeat", of: { kind: "interval", ordinal: 9 } }),
    [{ status: 500 }],
  ],
  "v1-kwala-parallel": [
    parallel,
    on(transfer),
    [{ status: 503 }, { status: 503 }, { status: 503 }, { error: "REVERTED" }, { status: 200 }],
  ],
  "v1-kwala-parallel-retried": [
    parallel,
    on(transfer),
    [
      { status: 503 },
      { error: "UNREACHABLE" },
      { status: 200 },
      { returned: "0x" },
      { status: 200 },
    ],
  ],
  "v1-kwala-sequential": [
    sequential,
    on(transfer),
    [{ status: 503 }, { status: 200 }, { status: 200 }, { returned: "0x" }, { status: 200 }],
  ],
  "v1-kwala-sequential-failed": [
    sequential,
    on(transfer),
    [{ status: 400 }, { status: 200 }, { status: 200 }],
  ],
};
