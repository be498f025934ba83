import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ScriptStep } from "../plan/plan.ts";
import { testScripts } from "../runtime/script/script.testing.ts";
import { compileWorkflow } from "./compile.ts";
import { renderDiagnostic } from "./render-diagnostic.ts";
import { diagnose, options, TOKEN, withStep, workflow } from "./workflow.testing.ts";

const examples = new URL("../../../docs/examples/scripts/", import.meta.url);
const scripts = testScripts();
const compiled = (yaml: string) => {
  const result = compileWorkflow(yaml, options);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result;
};
const checked = (yaml: string) => {
  const result = compileWorkflow(yaml, { ...options, scripts });
  return result.ok ? [] : result.diagnostics;
};

test("a script is its source as written and an input of templates", () => {
  const yaml = withStep(
    'script:\n  input: { amount: "${event.value}", parts: [2, 3] }\n  source: |\n    return `${input.amount}`;',
  );
  const [step] = compiled(yaml).plan.steps as ScriptStep[];
  expect(step).toEqual({
    id: "one",
    kind: "script",
    if: null,
    needs: [],
    explicitNeeds: false,
    inputLevel: "observed",
    outputLevel: "observed",
    source: "return `${input.amount}`;\n",
    input: { amount: "${event.value}", parts: [2, 3] },
  });
});

describe("levels", () => {
  const call = `call: { to: "${TOKEN}", function: "ping()" }`;
  const after = (first: string): string =>
    workflow({
      on: "on: { schedule: { every: 30s } }",
      steps: `steps:
  - id: first
    ${first}
  - id: middle
    script: { input: "\${steps.first}", source: return 1 }
  - id: last
    if: steps.middle.value == 1
    ${call}`,
    });

  test("what a script gives is backed as well as what it read", () => {
    const proven = compiled(after("script: { source: return 1 }"));
    expect(proven.levels.map(({ outputLevel }) => outputLevel)).toEqual([
      "proven",
      "proven",
      "observed",
    ]);
  });

  test("a recorded answer stays recorded behind a script", () => {
    const codes = diagnose(after('http: { method: GET, url: "https://a.bc" }'));
    expect(codes.map(({ code }) => code)).toContain("DEED_ACCEPT_NEEDED");
  });
});

test.each([
  ["script: { input: 1 }", "DEED_MISSING_KEY"],
  ["script: { source: return 1, more: 1 }", "DEED_UNKNOWN_KEY"],
  ["script: { source: 5 }", "DEED_WRONG_TYPE"],
  ['script: { source: return 1, input: "${event.nobody}" }', "DEED_UNKNOWN_FIELD"],
  ["script: { source: return 1, input: 0.5 }", "DEED_FLOAT"],
  ["script: { source: return 1 }\nretry: { attempts: 2 }", "DEED_UNKNOWN_KEY"],
  ["script: { source: return 1 }\ntimeout: 2s", "DEED_UNKNOWN_KEY"],
  ["script: { source: return 1 }\naccept: recorded", "DEED_UNKNOWN_KEY"],
  ['script: { source: return 1 }\nhttp: { method: GET, url: "https://a.bc" }', "DEED_ONE_OF"],
])("%j is refused with %s", (step, code) => {
  expect(diagnose(withStep(step)).map((one) => one.code)).toContain(code);
});

describe("JavaScript that is none", () => {
  test("compiles where nobody looks at it, so that all nodes make one plan of it", () => {
    expect(diagnose(withStep("script: { source: retrun 1 }"))).toEqual([]);
  });

  test("is DEED_SCRIPT_SYNTAX with its place in a block", () => {
    const yaml = withStep("script:\n  source: |\n    const a = 1;\n\n    let b = ;\n    return a;");
    const [found] = checked(yaml);
    expect(found).toMatchObject({ code: "DEED_SCRIPT_SYNTAX" });
    expect(renderDiagnostic(yaml, found!)).toContain("16 |         let b = ;");
    const line = yaml.split("\n")[found!.line - 1]!;
    expect(line.slice(found!.column - 1)).toBe(";");
  });

  test("is DEED_SCRIPT_SYNTAX with its place on one line", () => {
    const yaml = withStep('script: { source: "let b = 5 5" }');
    const [found] = checked(yaml);
    const line = yaml.split("\n")[found!.line - 1]!;
    expect(line.slice(found!.column - 1)).toBe('5" }');
  });

  test("that is good is not spoken of", () => {
    expect(checked(withStep("script: { source: return input }"))).toEqual([]);
  });
});

test.each(readdirSync(examples))(
  "the example %s compiles, and its scripts are JavaScript",
  (file) => {
    expect(checked(readFileSync(new URL(file, examples), "utf8"))).toEqual([]);
  },
);
