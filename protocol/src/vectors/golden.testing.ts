import { bundleText } from "../bundle/bundle-text.ts";
import { keccakText } from "../encoding/hasher.ts";
import type { Hex } from "../encoding/hex.ts";
import type { Plan, Step } from "../plan/plan.ts";
import type { EffectResult, Occurrence } from "../runtime/effect.ts";
import {
  type Answer,
  callStep,
  httpStep,
  manual,
  planOf,
  resultOf,
  scriptStep,
  start,
} from "../runtime/run.testing.ts";
import { type RunStart, run } from "../runtime/run.ts";
import type { ScriptEngine } from "../runtime/script/script-engine.ts";
import { transcriptOf } from "../transcript/transcript.ts";
import { type Scenario, triggerScenarios } from "./golden-triggers.testing.ts";

/** A run that every later version of this code must give again, byte for byte. */
export interface Golden {
  readonly plan: Plan;
  readonly occurrence: Occurrence;
  readonly start: RunStart;
  /** Answers to the requests in order, pauses left out. */
  readonly results: readonly EffectResult[];
  readonly status: string;
  readonly leafHashes: readonly Hex[];
  readonly transcriptRoot: Hex;
  readonly bundleSha256: Hex;
}

export const goldenIntentHash: Hex = keccakText("a golden intent");

/** What a run gives now, for a scenario or a golden file. */
export function computeGolden(
  from: Pick<Golden, "plan" | "occurrence" | "start" | "results">,
  scripts: ScriptEngine,
): Golden {
  const { plan, occurrence, start: begin, results } = from;
  const { executionId } = occurrence;
  const { attempt } = begin;
  const going = run(plan, occurrence, begin, undefined, scripts);
  let next = 0;
  let step = going.next();
  while (step.done !== true) {
    const isPause = step.value.kind === "pause";
    step = going.next(isPause ? results[0]! : results[next++]!);
  }
  const { status, leaves } = step.value;
  const { leafHashes, root } = transcriptOf({ executionId, attempt }, leaves);
  const bundle = {
    executionId,
    intentHash: goldenIntentHash,
    attempt,
    runtime: plan.runtime,
    leaves,
  };
  const { sha256 } = bundleText({ bundle: "deed.bundle.1", ...bundle });
  return {
    plan,
    occurrence,
    start: begin,
    results,
    status,
    leafHashes,
    transcriptRoot: root,
    bundleSha256: sha256,
  };
}

const json = { "content-type": "application/json", "set-cookie": "gone=1" };
const retry = { attempts: 3, backoffMs: 100 };

const eventOccurrence: Occurrence = {
  ...manual,
  payload: {
    kind: "event",
    chainId: 31337,
    contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
    blockNumber: 1234,
    blockHash: keccakText("block 1234"),
    txHash: keccakText("transaction"),
    logOrdinal: 1,
    event: { to: "0xcf7ed3acca5a467e9e704c703e8d87f634fb0fc9", amount: "1000000000000000001" },
  },
};

const eventPlan = planOf(
  [
    httpStep("quote", { method: "GET", delivery: "repeatable", retry }),
    callStep("pay", {
      if: 'event.amount > uint256("1000000000000000000") && steps.quote.body.usd < 3000',
      valueWei: "1000000000000000000000",
    }),
    httpStep("tell", {
      needs: ["pay"],
      explicitNeeds: true,
      delivery: "once",
      headers: { "x-block": "${steps.pay.blockNumber}" },
      body: { type: "json", value: { text: "sent ${event.amount}", amount: "${event.amount}" } },
    }),
  ],
  {
    trigger: {
      kind: "event",
      chainId: 31337,
      contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
      signature: "Withdrawal(address,uint256)",
      topic0: keccakText("Withdrawal(address,uint256)"),
      parameters: [
        { name: "to", type: "address", indexed: true },
        { name: "amount", type: "uint256", indexed: false },
      ],
      where: null,
      confidence: "finalized",
    },
  },
);

const interval: Occurrence = { ...manual, payload: { kind: "interval", ordinal: 41 } };
const quote: Answer = {
  status: 200,
  body: '{"usd":2999,"wei":123456789012345678901}',
  headers: json,
};

const v2 = (...steps: Step[]): Plan => planOf(steps, { runtime: 2 });

// Whatever may differ between machines, engines and versions: libm, the order of names, sorting, Unicode, regular expressions.
const VARIED = `
  const kept = [];
  for (let at = 1; at < 40; at += 1) {
    kept.push(Math.sin(at), Math.exp(at / 7), Math.atan2(at, 3), at ** 0.37, Math.log1p(at));
  }
  const names = Object.keys({ b: 1, 2: 1, a: 1, 1: 1, [Symbol.iterator]: 1 });
  const sorted = Array.from({ length: 600 }, (_, at) => ((at * 7919) % 601).toString(36)).sort();
  return {
    numbers: kept,
    text: [0.1 + 0.2, 1e21, 5e-324, (25).toString(36), (0.5).toFixed(20), 123.456.toPrecision(4)].map(String),
    names,
    sorted: sorted.join(""),
    unicode: ["\u00e4\u0308".normalize("NFKD"), "\u1e9e\u0130".toLowerCase(), "stra\u00dfe".toUpperCase(), "\ud83d\ude00".length],
    words: "naïve café 日本 a1".match(/\\p{L}+/gu),
    replaced: "2026-11-23".replace(/(?<y>\\d+)-(?<m>\\d+)/, "$<m>/$<y>"),
    large: (2n ** 256n - 1n) / 7n,
    stack: new Error("here").stack,
  };`;

const scenarios: { readonly [name: string]: Scenario } = {
  ...triggerScenarios,
  "v1-event-paid": [eventPlan, eventOccurrence, [quote, { returned: "0x01" }, { status: 204 }]],
  "v1-event-retried": [
    eventPlan,
    eventOccurrence,
    [{ status: 503 }, { error: "TIMEOUT" }, quote, { returned: "0x" }, { error: "TIMEOUT" }],
  ],
  "v1-event-condition-error": [
    eventPlan,
    eventOccurrence,
    [{ status: 200, body: "{}", headers: json }],
  ],
  "v1-event-reverted": [eventPlan, eventOccurrence, [quote, { error: "REVERTED" }]],
  "v1-manual-condition-false": [
    planOf([httpStep("a", { if: "input.amount > 5" }), httpStep("b", { if: "false" })]),
    manual,
    [],
  ],
  "v1-manual-template-error": [
    planOf([httpStep("a", { url: "https://api.example.com/${input.nobody}" }), httpStep("b")]),
    manual,
    [],
  ],
  "v1-interval-revoked": [
    planOf([httpStep("a"), httpStep("b"), callStep("c", { explicitNeeds: true })]),
    interval,
    [{ status: 200, body: "é\u0000 text" }, { error: "REVOKED" }],
  ],
  "v1-interval-exact-numbers": [
    planOf([
      httpStep("a"),
      httpStep("b", {
        if: "trigger.ordinal == 41 && steps.a.body.wei == '123456789012345678901'",
        body: { type: "text", value: "${steps.a.body.part} of ${steps.a.body.list[1]} at ${now}" },
      }),
    ]),
    interval,
    [
      {
        status: 200,
        headers: { "content-type": "application/problem+json; charset=utf-8" },
        body: '{"wei":123456789012345678901,"part":0.10,"list":[1,9007199254740991]}',
      },
      { status: 201 },
    ],
  ],
  "v2-manual-script": [
    v2(
      scriptStep("split", {
        input: { total: "${input.amount}", to: ["${input.to}"] },
        source:
          "const each = BigInt(input.total) * 10n ** 30n / 3n; return { each, to: input.to[0] };",
      }),
      httpStep("tell", {
        if: 'steps.split.value.to == "bob"',
        body: { type: "json", value: { each: "${steps.split.value.each}" } },
      }),
    ),
    manual,
    [{ status: 200 }],
  ],
  "v2-interval-script-varied": [
    v2(scriptStep("varied", { source: VARIED, input: { now: "${now}" } })),
    interval,
    [],
  ],
  "v2-manual-script-limits": [
    v2(
      scriptStep("memory", {
        source:
          "const kept = []; for (;;) kept.push(new Uint8Array(100_000), 'x'.repeat(1000) + kept.length);",
      }),
      scriptStep("caught", {
        explicitNeeds: true,
        source:
          "const kept = []; try { for (;;) kept.push([kept.length]); } catch (e) { return [kept.length, e.name]; }",
      }),
      scriptStep("depth", {
        explicitNeeds: true,
        source:
          "let depth = 0; const go = () => { depth += 1; go(); }; try { go(); } catch { return depth; }",
      }),
      scriptStep("parser", {
        explicitNeeds: true,
        source: "return JSON.parse('['.repeat(100000));",
      }),
      scriptStep("clock", { explicitNeeds: true, source: "return Date.now();" }),
      scriptStep("none", { explicitNeeds: true, source: "return;" }),
      scriptStep("broken", { explicitNeeds: true, source: "return (" }),
    ),
    manual,
    [],
  ],
};

/** The scenarios of which golden files are made, by name. A new one is added, none is changed. */
export function goldenScenarios(scripts: ScriptEngine): { readonly [name: string]: Golden } {
  return Object.fromEntries(
    Object.entries(scenarios).map(([name, [plan, occurrence, answers]]) => {
      const results = answers.map((answer, n) =>
        resultOf(answer, start.startedMs + 25 * (n + 1), start.anchor.number + n),
      );
      return [name, computeGolden({ plan, occurrence, start, results }, scripts)];
    }),
  );
}
