import { parseBundle } from "../bundle/parse-bundle.ts";
import { canonicalJson } from "../encoding/canonical-json.ts";
import { parseExactJson } from "../encoding/exact-json.ts";
import { keccakText } from "../encoding/hasher.ts";
import type { Json } from "../encoding/json.ts";
import { compileWorkflow } from "../intent/compile.ts";
import { options, withStep, workflow } from "../intent/workflow.testing.ts";
import { compileExpression } from "../plan/expression.ts";
import { planRoots } from "../plan/plan-root.ts";
import type { Scope } from "../plan/scope.ts";
import { drive, httpStep, manual, planOf, scriptStep } from "../runtime/run.testing.ts";
import type { ScriptEngine } from "../runtime/script/script-engine.ts";
import { transcriptOf } from "../transcript/transcript.ts";
import { SCRIPTS } from "./divergent-scripts.testing.ts";
import { goldenScenarios } from "./golden.testing.ts";
import { allVectors, vectorText } from "./vectors.testing.ts";

/**
 * What this host computes of inputs that hosts might treat differently, by name: values, or codes of errors. Of places, times,
 * versions and flags of an engine nothing may show here.
 *
 * @param scripts Null where there is no WebAssembly.
 */
export function divergences(scripts: ScriptEngine | null): { readonly [name: string]: string } {
  return Object.fromEntries([
    ...Object.entries(allVectors()).map(([name, cases]) => [
      `vectors ${name}`,
      keccakText(vectorText(cases)),
    ]),
    ...named("read", JSON_TEXTS, (text) => canonicalJson(parseExactJson(text))),
    ...named("write", VALUES, (value) => canonicalJson(value)),
    ...named("expression", EXPRESSIONS, (source) => valueText(source)),
    ...named("workflow", WORKFLOWS, (yaml) => compiledText(yaml)),
    ...named("bundle", BUNDLES, (text) => JSON.stringify(parseBundle(text))),
    ...named("answer", ANSWERS, (body) => transcriptText(body)),
    ...(scripts === null ? [] : ofScripts(scripts)),
  ]);
}

function ofScripts(scripts: ScriptEngine): [string, string][] {
  const golden = Object.entries(goldenScenarios(scripts)).map(
    ([name, { transcriptRoot, bundleSha256 }]): [string, string] => [
      `golden ${name}`,
      transcriptRoot + bundleSha256,
    ],
  );
  const steps = Object.entries(SCRIPTS).map(([id, source]) =>
    scriptStep(id.replaceAll(" ", "-"), { source, input: INPUT, explicitNeeds: true }),
  );
  const plan = planOf(steps, { runtime: 2 });
  const { leaves } = drive(plan, () => ({ status: 200 }), manual, scripts);
  const { executionId } = manual;
  const said = Object.keys(SCRIPTS).map((name, index): [string, string] => [
    `script ${name}`,
    JSON.stringify(leaves[index + 1]?.output),
  ]);
  const { root } = transcriptOf({ executionId, attempt: 1 }, leaves);
  return [...golden, ...said, ["transcript of scripts", root]];
}

function named<T>(
  kind: string,
  cases: { readonly [name: string]: T },
  compute: (value: T) => string,
): [string, string][] {
  return Object.entries(cases).map(([name, value]) => [
    `${kind} ${name}`,
    outcome(() => compute(value)),
  ]);
}

/** A code is an outcome; an error without one is the host's, and shows as what it is. */
function outcome(compute: () => string): string {
  try {
    return compute();
  } catch (error) {
    const { code, failure } = error as {
      readonly code?: string;
      readonly failure?: { readonly code: string };
    };
    return `threw ${code ?? failure?.code ?? `${String(error)} (no code: not an outcome)`}`;
  }
}

const SCOPE: Scope = {
  now: 1_799_999_999n,
  event: { to: "é", amount: 7n },
  trigger: { kind: "manual" },
  steps: { a: { outcome: "ok", status: 200n, body: { "10": 1n, "9": 2n, b: 3n, a: 4n } } },
};

function valueText(source: string): string {
  const value: unknown = compileExpression(source).evaluate(SCOPE);
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part));
}

function compiledText(yaml: string): string {
  const compiled = compileWorkflow(yaml, options);
  if (compiled.ok) return planRoots(compiled.plan).planRoot;
  return JSON.stringify(compiled.diagnostics.map(({ code, message }) => [code, message]));
}

/** A plan that sends what it was answered, in another order. */
function transcriptText(body: string): string {
  const quote = httpStep("quote", { method: "GET" });
  const tell = httpStep("tell", {
    body: { type: "json", value: { all: "${steps.quote.body}", "2": 1, "1": 2 } },
  });
  const headers = { "content-type": "application/json" };
  const { leaves, status, requests } = drive(planOf([quote, tell]), () => ({
    status: 200,
    body,
    headers,
  }));
  const { root } = transcriptOf({ executionId: manual.executionId, attempt: 1 }, leaves);
  const sent = requests.at(-1);
  return `${status} ${root} ${keccakText(sent?.kind === "http" ? (sent.request.body ?? "") : "")}`;
}

const nested = (open: string, depth: number, close: string, inside = ""): string =>
  open.repeat(depth) + inside + close.repeat(depth);

const JSON_TEXTS: { readonly [name: string]: string } = {
  "integer-like names": '{"10":1,"9":2,"b":3,"a":4,"01":5,"4294967295":6,"4294967294":7,"-1":8}',
  "names of prototypes": '{"__proto__":{"x":1},"constructor":1,"toString":2,"hasOwnProperty":3}',
  "the same name twice": '{"a":1,"b":2,"a":3}',
  "composed and decomposed": '{"\\u00e9":1,"e\\u0301":2,"\\u212b":3,"\\u00c5":4}',
  "beyond the first plane": '{"\\uffff":1,"\\ud83d\\ude00":2,"\\ue000":3}',
  "Turkish and German letters": '{"I":1,"\\u0130":2,"i":3,"\\u0131":4,"ss":5,"\\u00df":6}',
  "numbers at the edges":
    "[9007199254740991,9007199254740992,-9007199254740993,0,-0,1E400,1e-400,0.1,1.0,1e21,123456789012345678901234567890]",
  "half a character": '"\\ud800"',
  "as deep as may be": nested("[", 64, "]"),
  "one deeper": nested("[", 65, "]"),
  "deeper than any stack": nested("[", 500_000, "]"),
  "objects deeper than any stack": nested('{"a":', 200_000, "}", "1"),
};

const deepArray = (depth: number): Json => {
  let value: Json = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
};

const VALUES: { readonly [name: string]: Json } = {
  "integer-like names in an order": { 2: 1, 10: 2, b: 3, a: 4, 1: 5 },
  "and in another": { a: 4, 1: 5, b: 3, 10: 2, 2: 1 },
  "a fraction": 0.1,
  "minus zero": -0,
  "no number": Number.NaN,
  "too large": 2 ** 53,
  "as deep as may be": deepArray(128),
  "one deeper": deepArray(129),
  "deeper than any stack": deepArray(300_000),
};

const INPUT: Json = {
  "10": "x",
  "9": "y",
  b: "é",
  list: [3, 1, 2],
  amount: "115792089237316195423570985008687907853269984665640564039457584007913129639935",
};

const EXPRESSIONS: { readonly [name: string]: string } = {
  "order of text": '["z" < "ä", "a" < "B", "\\uffff" < "😀", "e\\u0301" == "é", "I" == "i"]',
  "length of text": '[size("é"), size("e\\u0301"), size("😀")]',
  "names of a map": "steps.a.body",
  "a map's own order": '{"10": 1, "9": 2, "b": 3, "1": 4}',
  fractions: "[0.1 + 0.2 == 0.3, 1.0 / 3.0 > 0.333]",
  "text of a fraction": "string(0.1 + 0.2)",
  "text of a large fraction": "string(1e21) + string(1e-7)",
  overflow: "9223372036854775807 + 1",
  "division of negatives": "[-7 / 2, -7 % 2]",
  "by zero": "1 / 0",
  "a regular expression": '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!".matches("(a+)+$")',
  "a time": "timestamp(now)",
  "letters of a locale": '"I".lowerAscii()',
  parentheses: nested("(", 60, ")", "1"),
  "too many parentheses": nested("(", 1_500, ")", "1"),
  signs: `${"!".repeat(127)}true`,
  "too many signs": `${"-".repeat(4_000)}1`,
  members: `steps${".a".repeat(1_900)}`,
  lists: nested("[", 1_900, "]"),
  conditions: `${"true ? 1 : ".repeat(360)}0`,
  sums: `0${" + 1".repeat(900)}`,
  macros: nested("[1].exists(x, ", 200, ")", "true"),
};

const ANSWERS: { readonly [name: string]: string } = {
  "integer-like names": '{"10":1,"9":2,"b":3,"a":4}',
  "unnormalised text": '{"e\\u0301":"\\u212b"}',
  fractions: '{"a":0.1,"b":1e21,"c":-0.0,"d":123456789012345678901}',
  "names of prototypes": '{"__proto__":{"polluted":true},"constructor":{"prototype":1}}',
  "deeper than any stack": nested("[", 300_000, "]"),
  "no JSON": '{"a":',
};

const WORKFLOWS: { readonly [name: string]: string } = {
  sample: workflow(),
  "letters of a locale": workflow({ summary: "summary: İstanbul ISSIZ straße ǆ ﬁ Å é" }),
  "what looks like a time": workflow({ summary: "summary: 2026-11-23T14:00:00+03:30" }),
  "a time with an offset": workflow({ expires: "expires: 2027-06-30T00:00:00+05:45" }),
  "a time that does not exist": workflow({ expires: "expires: 2027-02-30T00:00:00Z" }),
  "integer-like names": withStep(
    'http: { method: POST, url: "https://example.com/", body: { "10": a, "9": b, z: c, "1": d } }',
  ),
  "flow deeper than any stack": workflow({ summary: `summary: ${nested("[", 30_000, "]")}` }),
  "blocks deeper than any stack": workflow({ summary: `summary:\n${blocks(240)}` }),
  "dashes deeper than any stack": workflow({ summary: `summary:\n  ${"- ".repeat(20_000)}a` }),
  "a deep expression": withStep(
    `if: ${JSON.stringify(nested("(", 1_500, ")", "true"))}\nhttp: { method: GET, url: "https://example.com/" }`,
  ),
};

function blocks(depth: number): string {
  return Array.from({ length: depth }, (_, level) => `${" ".repeat(level + 1)}a:`).join("\n");
}

const BUNDLES: { readonly [name: string]: string } = {
  "no bundle": "{}",
  "deeper than any stack": nested("[", 300_000, "]"),
  "a payload deeper than any stack": `{"attempt":1,"bundle":"deed.bundle.1","leaves":[{"input":${nested("[", 100_000, "]")}}]}`,
};
