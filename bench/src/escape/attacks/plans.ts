import type { EffectHandler, RunJob } from "@deed/node/parts";
import { type Json, wordHex } from "@deed/protocol/encoding";
import type { HttpStep, Plan, ScriptStep } from "@deed/protocol/plan";
import {
  type Attack,
  answerWith,
  anyAnswer,
  endOf,
  LIMITS,
  never,
  planWith,
  type Scene,
} from "../attack.ts";
import { all } from "./expectations.ts";

// Hostile workflows and hostile answers, run by the real runtime in the real place.

const ANCHOR = { number: 1, hash: wordHex(1) };

function script(id: string, source: string): ScriptStep {
  return {
    ...{ kind: "script", id, if: null, needs: [], explicitNeeds: false },
    ...{ inputLevel: "proven", outputLevel: "proven", source, input: null },
  };
}

function http(id: string, fields: Partial<HttpStep> = {}): HttpStep {
  return {
    ...{ kind: "http", id, if: null, needs: [], explicitNeeds: false },
    ...{ retry: { attempts: 1, backoffMs: 0 }, timeoutMs: 3_000 },
    ...{ inputLevel: "proven", outputLevel: "recorded", method: "GET", body: null, headers: {} },
    ...{ origin: "https://a.example", url: "https://a.example/a", delivery: "repeatable" },
    ...fields,
  };
}

export function jobOf(plan: Plan, wallMs: number = LIMITS.wallMs): RunJob {
  return {
    plan,
    occurrence: {
      ...{ executionId: wordHex(2), occurrenceId: wordHex(3), nowSec: 1_800_000_000 },
      payload: { kind: "interval", ordinal: 3 },
    },
    start: { attempt: 1, startedMs: 1_800_000_000_123, anchor: ANCHOR },
    limits: { ...LIMITS, wallMs },
  };
}

/** What the steps gave: values, codes of errors, or why there was no outcome. */
async function run(
  { sandbox }: Scene,
  plan: Plan,
  broker: EffectHandler = anyAnswer,
  wallMs?: number,
): Promise<string> {
  const result = await sandbox.execute(jobOf(plan, wallMs), broker, never);
  if (result.kind === "stopped") return endOf(result);
  const said = result.outcome.leaves.filter(({ kind }) => kind !== "TRIGGER" && kind !== "END");
  return said.map(({ kind, output }) => `${kind} ${wordsOf(output)}`).join("; ");
}

function wordsOf(output: Json): string {
  const { error, value, status } = (output ?? {}) as Record<string, Json>;
  const code = (error as { readonly code?: string } | undefined)?.code;
  return code ?? JSON.stringify(value ?? status ?? output)?.slice(0, 60) ?? "";
}

function scripted(
  name: string,
  by: string,
  is: RegExp,
  sources: readonly string[],
  more: Partial<Attack> & { readonly wallMs?: number } = {},
): Attack {
  const { wallMs, ...rest } = more;
  return {
    name: `script-${name}`,
    ...rest,
    expected: all({ by, is }),
    run: (scene) =>
      run(
        scene,
        planWith(...sources.map((source, at) => script(`s${at}`, source))),
        anyAnswer,
        wallMs,
      ),
  };
}

/** What of the host a script gets hold of: a refusal by name is none. */
const REACHED = `Object.entries({
  process: () => process.env,
  require: () => require("fs"),
  module: () => module,
  fetch: () => fetch("http://127.0.0.1/"),
  WebAssembly: () => WebAssembly.Module,
  std: () => std,
  os: () => os,
  Worker: () => Worker,
  constructor: () => globalThis.constructor.constructor("return process")(),
  error: () => { try { null.x } catch (error) { return error.constructor.constructor("return process")(); } },
}).flatMap(([name, take]) => { try { take(); return [name]; } catch { return []; } })`;
const CLOCKS = `[() => Date.now(), () => new Date(), () => performance.now(), () => Math.random(),
  () => crypto.randomUUID(), () => setTimeout(() => 1), () => Intl.DateTimeFormat()]
  .flatMap((take, at) => { try { take(); return [at]; } catch { return []; } })`;
const OWN_REALM = "an engine of its own, without the host";

const SCRIPTS: readonly Attack[] = [
  scripted("globals", OWN_REALM, /^SCRIPT \[\]$/, [`return ${REACHED};`]),
  scripted(
    "constructor-escape",
    OWN_REALM,
    /^SCRIPT (\[\]|SCRIPT_THREW)$/,
    [`return [].constructor.constructor(${JSON.stringify(`return ${REACHED};`)})();`],
    { isShort: true },
  ),
  scripted("import", OWN_REALM, /^SCRIPT (SCRIPT_THREW|SCRIPT_SYNTAX|SCRIPT_RESULT|\{\})$/, [
    "return import('node:fs');",
  ]),
  scripted("clock-and-randomness", "neither is there", /^SCRIPT \[\]$/, [`return ${CLOCKS};`]),
  scripted(
    "prototype-pollution",
    "an instance for each step",
    /^SCRIPT "done"; SCRIPT "clean"$/,
    [
      "Object.prototype.polluted = 'yes'; Array.prototype.map = () => 7; return 'done';",
      "return ({}).polluted === undefined && [1].map((x) => x)[0] === 1 ? 'clean' : 'polluted';",
    ],
    { isShort: true },
  ),
  scripted(
    "memory-bomb",
    "the module's maximum memory",
    /^(SCRIPT SCRIPT_(THREW|TRAPPED)|died )/,
    ["const kept = []; for (;;) kept.push(new Array(100000).fill(1));"],
    { isShort: true },
  ),
  scripted(
    "string-bomb",
    "the module's maximum memory",
    /^(SCRIPT SCRIPT_(THREW|TRAPPED|RESULT)|died )/,
    ["let text = 'x'; for (;;) text += text;"],
  ),
  scripted("recursion", "the module's stack", /^SCRIPT SCRIPT_(THREW|TRAPPED)/, [
    "const f = () => 1 + f(); return f();",
  ]),
  scripted("infinite-loop", "wall clock", /^WALL_CLOCK$/, ["for (;;);"], {
    wallMs: 700,
    isShort: true,
  }),
  scripted(
    "regular-expression-bomb",
    "wall clock",
    /^WALL_CLOCK$/,
    ["return /(?:(?:a*)*)*b/.test('a'.repeat(40));"],
    { wallMs: 700 },
  ),
  scripted("giant-result", "cap on results", /^SCRIPT SCRIPT_RESULT$/, [
    "return 'x'.repeat(1000000);",
  ]),
  scripted(
    "deep-result",
    "cap on results, or the stack",
    /^SCRIPT SCRIPT_(RESULT|THREW|TRAPPED)$/,
    ["let deep = []; for (let i = 0; i < 100000; i += 1) deep = [deep]; return deep;"],
  ),
];

function expression(name: string, condition: string, is: RegExp, body: string): Attack {
  return {
    name: `expression-${name}`,
    expected: all({ by: "expressions know data only", is }),
    run: (scene) => run(scene, planWith(http("a"), http("b", { if: condition })), answerWith(body)),
  };
}

const NO_VALUE = /^(failed |EFFECT .*; (CONDITION|SKIP) |HTTP .*; (CONDITION|SKIP) )/;

const EXPRESSIONS: readonly Attack[] = [
  expression("constructor", "steps.a.body.constructor.constructor != 1", NO_VALUE, "{}"),
  expression("prototype", "steps.a.body.__proto__ != 1", NO_VALUE, "{}"),
  expression("pollution-by-answer", "steps.a.body.x == 1", NO_VALUE, '{"__proto__":{"x":1}}'),
  expression(
    "pollution-by-constructor",
    "steps.a.body.x == 1",
    NO_VALUE,
    '{"constructor":{"prototype":{"x":1}}}',
  ),
  expression("regular-expression", "steps.a.body.x.matches('(a+)+$')", NO_VALUE, '{"x":"aaaaaa!"}'),
  expression("global", "globalThis.process != 1", NO_VALUE, "{}"),
  {
    name: "expression-deep",
    isShort: true,
    expected: all({ by: "limits of expressions", is: NO_VALUE }),
    run: (scene) => {
      const depth = 20_000;
      const condition = `${"(".repeat(depth)}1${")".repeat(depth)} == 1`;
      return run(scene, planWith(http("a", { if: condition })));
    },
  },
  {
    name: "answer-of-deep-json",
    isShort: true,
    expected: all({ by: "limits of JSON", is: NO_VALUE }),
    run: (scene) => {
      const body = `{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
      const plan = planWith(http("a"), http("b", { if: "steps.a.body.x == 1" }));
      return run(scene, plan, answerWith(body));
    },
  },
];

export const PLANNED: readonly Attack[] = [...SCRIPTS, ...EXPRESSIONS];

/** An honest plan's outcome, as text to be compared. */
export async function honestOutcome({ sandbox }: Scene): Promise<string> {
  const plan = planWith(
    http("a"),
    http("b", {
      if: "steps.a.body.usd < 3000.5",
      method: "POST",
      url: "https://a.example/b?to=${steps.a.body.to}",
      body: { type: "json", value: { text: "got ${steps.a.body.usd}", list: [1, "${now}"] } },
    }),
  );
  const broker = answerWith('{"usd":12.5,"to":"ü"}');
  return JSON.stringify(await sandbox.execute(jobOf(plan), broker, never));
}
