import type { Plan, Step } from "@deed/protocol/plan";
import type { IntentRow } from "../store/intents.ts";
import { hash } from "../store/store.testing.ts";

export function aPlan(steps: readonly Step[] = [], changes: Partial<Plan> = {}): Plan {
  return {
    plan: "deed.plan.1",
    dialect: "deed.v1",
    name: "sample",
    summary: "A sample",
    runtime: 1,
    trigger: { kind: "interval", periodSec: 1, catchUp: 255 },
    limits: { executions: 1000, perHour: 0, durationSec: 30, leaseClass: 4 },
    expiresAtSec: 4_000_000_000,
    sandbox: "process",
    steps,
    ...changes,
  };
}

const AN_INTENT: IntentRow["intent"] = {
  owner: `0x${"aa".repeat(20)}`,
  revoker: `0x${"00".repeat(20)}`,
  name: "sample",
  summary: "A sample",
  yamlHash: hash(2000),
  planRoot: hash(3000),
  runtime: 1,
  kind: 2,
  leaseClass: 4,
  start: 0,
  period: 1,
  catchUp: 255,
  validUntilSec: 4_000_000_000,
  maxExecutions: 1000,
  perHour: 0,
  nonce: "1",
  permissions: [],
};

export function anIntent(intentNo: number, changes: Partial<IntentRow> = {}): IntentRow {
  return {
    intentNo,
    intentHash: hash(1000 + intentNo),
    owner: `0x${"aa".repeat(20)}`,
    name: "sample",
    yaml: "",
    plan: aPlan(),
    planRoot: hash(3000 + intentNo),
    kind: 2,
    leaseClass: 4,
    runtime: 1,
    validUntilSec: 4_000_000_000,
    start: 0,
    period: 1,
    catchUp: 255,
    state: "accepted",
    refusal: null,
    registeredBlock: 1,
    registeredTx: hash(4000 + intentNo),
    revokedBlock: null,
    intent: AN_INTENT,
    signature: "0x",
    ...changes,
  };
}
