import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { diagnose, TOKEN, withCall, withStep, workflow } from "./workflow.testing.ts";

interface Schema {
  readonly properties?: { readonly [key: string]: Schema };
  readonly definitions?: { readonly [name: string]: Schema };
}

const schema = JSON.parse(
  readFileSync(new URL("../../schema/deed-v1.schema.json", import.meta.url), "utf8"),
) as Schema;
const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
const http = 'http: { method: GET, url: "https://example.com" }';

// A mapping with an unknown key in it: the compiler answers with the keys that it knows.
const mappings: readonly (readonly [string, Schema | undefined, string])[] = [
  ["workflow", schema, workflow({ summary: "zzzzzz: 1" })],
  ["on", schema.properties?.["on"], workflow({ on: "on: { zzzzzz: 1 }" })],
  [
    "schedule",
    schema.properties?.["on"]?.properties?.["schedule"],
    workflow({ on: "on: { schedule: { zzzzzz: 1 } }" }),
  ],
  [
    "first",
    schema.properties?.["on"]?.properties?.["first"],
    workflow({ on: "on: { first: { zzzzzz: 1 } }" }),
  ],
  [
    "repeat",
    schema.properties?.["on"]?.properties?.["repeat"],
    workflow({ on: "on: { first: { immediate: {} }, repeat: { zzzzzz: 1 } }" }),
  ],
  [
    "block",
    schema.properties?.["on"]?.properties?.["block"],
    workflow({ on: "on: { block: { zzzzzz: 1 } }" }),
  ],
  [
    "immediate",
    schema.properties?.["on"]?.properties?.["immediate"],
    workflow({ on: "on: { immediate: { zzzzzz: 1 } }" }),
  ],
  ["event", schema.definitions?.["event"], workflow({ on: "on: { event: { zzzzzz: 1 } }" })],
  ["limits", schema.properties?.["limits"], workflow({ limits: "limits: { zzzzzz: 1 }" })],
  ["sandbox", schema.properties?.["sandbox"], workflow({ sandbox: "sandbox: { zzzzzz: 1 }" })],
  ["step", schema.definitions?.["step"], withStep("zzzzzz: 1")],
  [
    "retry",
    schema.definitions?.["step"]?.properties?.["retry"],
    withStep(`${http}\nretry: { zzzzzz: 1 }`),
  ],
  ["http", schema.definitions?.["http"], withStep("http: { zzzzzz: 1 }")],
  ["script", schema.definitions?.["script"], withStep("script: { zzzzzz: 1 }")],
  ["call", schema.definitions?.["call"], withStep("call: { zzzzzz: 1 }")],
];

describe("the schema knows the keys that the compiler knows", () => {
  test.each(mappings)("of %s", (_, part, yaml) => {
    const diagnostic = diagnose(yaml).find(
      ({ code, message }) => code === "DEED_UNKNOWN_KEY" && message.includes("zzzzzz"),
    );
    const known = diagnostic?.hint?.replace("known keys: ", "").split(", ").sort();
    expect(known).toEqual(Object.keys(part?.properties ?? {}).sort());
  });
});

const call = `to: "${TOKEN}"\nfunction: "a(uint256,bool[])"\nargs: ["5", [true]]`;

test.each([
  ["the smallest", workflow()],
  [
    "an interval",
    workflow({ on: "on: { schedule: { every: 30s } }", steps: `steps: [{ id: a, ${http} }]` }),
  ],
  ["manual", workflow({ on: "on: { manual: {} }", steps: `steps: [{ id: a, ${http} }]` })],
  [
    "manual without a body",
    workflow({ on: "on:\n  manual:", steps: `steps: [{ id: a, ${http} }]` }),
  ],
  [
    "at once, and again",
    workflow({ on: "on: { immediate: { every: 5m } }", steps: `steps: [{ id: a, ${http} }]` }),
  ],
  [
    "a height of another chain",
    workflow({
      on: "on: { block: { chain: 1, height: 5 } }",
      steps: `steps: [{ id: a, ${http} }]`,
    }),
  ],
  [
    "a first run and later ones",
    workflow({
      on: "on: { first: { block: { height: 5 } }, repeat: { schedule: { every: 1m } } }",
      steps: `steps: [{ id: a, ${http} }]`,
    }),
  ],
  ["a call", withCall(call, "accept: proven")],
  ["a value", withCall(`to: "${TOKEN}"\nfunction: "a()"\nvalue: "1000000000000000000"`)],
  ["retries", withStep(`${http}\nretry: { attempts: 3, backoff: 2s }\ntimeout: 5s`)],
  ["a condition", withStep(`if: true\nneeds: []\n${http}`)],
  ["a sandbox", workflow({ sandbox: "sandbox: { level: container }" })],
  [
    "a sandbox with limits",
    workflow({
      sandbox:
        "sandbox: { level: process, memory: 64MiB, cpu: 5s, effects: 9, request: 64KiB, output: 1MiB }",
    }),
  ],
  ["limits", workflow({ limits: "limits: { executions: 5, perHour: 2, duration: 5m }" })],
])("what compiles fits the schema: %s", (_, yaml) => {
  expect(diagnose(yaml).filter(({ severity }) => severity === "error")).toEqual([]);
  validate(parse(yaml));
  expect(validate.errors).toBe(null);
});

test.each([
  ["no trigger", workflow({ on: "on: {}" })],
  ["two triggers", workflow({ on: "on: { manual: {}, schedule: { every: 1m } }" })],
  [
    "a repetition of nothing",
    workflow({ on: "on: { manual: {}, repeat: { schedule: { every: 1m } } }" }),
  ],
  [
    "two first triggers",
    workflow({ on: "on: { first: { immediate: {}, block: { height: 1 } } }" }),
  ],
  ["two actions", withStep(`${http}\ncall: {}`)],
  ["no action", withStep("timeout: 5s")],
  ["a bare amount", withCall(`to: "${TOKEN}"\nfunction: "a(uint256)"\nargs: [5]`)],
  ["another dialect", workflow({ deed: "deed: v2" })],
  ["no limits", workflow({ limits: "" })],
  ["accept beside http", withStep(`${http}\naccept: recorded`)],
])("what does not compile does not fit it: %s", (_, yaml) => {
  expect(diagnose(yaml).some(({ severity }) => severity === "error")).toBe(true);
  expect(validate(parse(yaml))).toBe(false);
});
