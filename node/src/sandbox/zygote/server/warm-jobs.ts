import type { CallStep, Plan, ScriptStep, Trigger } from "@deed/protocol/plan";
import type { Occurrence } from "@deed/protocol/runtime";
import type { ToChild } from "../../messages.ts";
import { httpStep, ID, SAMPLE_OCCURRENCE, SAMPLE_PLAN, SAMPLE_START } from "./sample-job.ts";

/** Together they go through what plans usually do: code that they miss is compiled again in each run. */
export function warmJobs(): readonly ToChild[] {
  return [
    jobOf(SAMPLE_PLAN, SAMPLE_OCCURRENCE),
    jobOf(MANUAL_PLAN, occurrenceOf(MANUAL)),
    jobOf(EVENT_PLAN, occurrenceOf(EVENT)),
  ];
}

/** Of the server with WebAssembly. */
export function warmScriptJob(): ToChild {
  return jobOf(SCRIPT_PLAN, occurrenceOf(MANUAL));
}

function jobOf(plan: Plan, occurrence: Occurrence): ToChild {
  // Any will do: here no hash is to be computed, and its code not to lie in the heap.
  const idempotencyKeys = plan.steps.map(() => ID);
  return { type: "job", plan, occurrence, start: SAMPLE_START, idempotencyKeys };
}

function occurrenceOf(payload: Occurrence["payload"]): Occurrence {
  return { executionId: ID, occurrenceId: ID, nowSec: 1_800_000_000, payload };
}

const MANUAL: Occurrence["payload"] = {
  kind: "manual",
  ordinal: 1,
  input: { to: "bob", amount: 5, list: ["a", { deep: [true, null] }] },
  firedAtSec: 1_800_000_000,
  validUntilSec: 1_800_000_600,
  signature: `0x${"00".repeat(65)}`,
};

const EVENT: Occurrence["payload"] = {
  kind: "event",
  chainId: 1,
  contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
  blockNumber: 9,
  blockHash: ID,
  txHash: ID,
  logOrdinal: 2,
  event: { to: "0x01", amount: "2000000000000000000", tags: ["x", "y"] },
};

const TRIGGER: Trigger = {
  kind: "event",
  chainId: 1,
  contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
  signature: "W(address,uint256,string[])",
  topic0: ID,
  parameters: [
    { name: "to", type: "address", indexed: true },
    { name: "amount", type: "uint256", indexed: false },
    { name: "tags", type: "string[]", indexed: false },
  ],
  where: null,
  confidence: "latest",
};

const MANUAL_PLAN: Plan = {
  ...SAMPLE_PLAN,
  name: "warm-manual",
  steps: [
    httpStep("send", {
      method: "POST",
      url: "https://a.example/${input.to}?n=${input.amount}",
      body: { type: "json", value: { input: "${input}", ordinal: "${trigger.ordinal}" } },
    }),
    httpStep("look", { if: "steps.send.status != 200", needs: ["send"], explicitNeeds: true }),
    httpStep("text", { method: "PUT", body: { type: "text", value: "to ${input.to}" } }),
  ],
};

const CALL: CallStep = {
  id: "pay",
  if: "event.amount > uint256('1000000000000000000') && double(steps.quote.body.usd) >= 1.0",
  needs: ["quote"],
  explicitNeeds: true,
  inputLevel: "recorded",
  outputLevel: "proven",
  retry: { attempts: 1, backoffMs: 0 },
  timeoutMs: 5_000,
  kind: "call",
  chainId: 1,
  target: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
  function: "ping()",
  selector: "0x5c36b186",
  args: [],
  valueWei: "0",
  call: { mode: "literal", callData: "0x5c36b186" },
  accept: null,
};

const EVENT_PLAN: Plan = {
  ...SAMPLE_PLAN,
  name: "warm-event",
  trigger: TRIGGER,
  steps: [
    httpStep("quote", {
      if: "event.tags.exists(t, t == 'x') && size(event.to) > 2 && event.to.startsWith('0x')",
      headers: { "X-Amount": "${string(event.amount / uint256(2))}" },
    }),
    CALL,
    httpStep("tell", {
      if: "steps.pay.outcome == 'ok' ? trigger.logOrdinal in [1, 2] : int('3') + 4 < 5",
      method: "POST",
      body: { type: "json", value: { tx: "${steps.pay.txHash}", tags: "${event.tags}" } },
    }),
  ],
};

const SCRIPT: ScriptStep = {
  id: "count",
  if: null,
  needs: [],
  explicitNeeds: false,
  inputLevel: "proven",
  outputLevel: "proven",
  kind: "script",
  source: "return { n: input.list.map((x) => String(x)).length, to: JSON.stringify(input.to) };",
  input: { list: "${input.list}", to: "${input.to}" },
};

const SCRIPT_PLAN: Plan = {
  ...SAMPLE_PLAN,
  name: "warm-script",
  runtime: 2,
  steps: [SCRIPT, httpStep("tell", { url: "https://a.example/${steps.count.value.n}" })],
};
