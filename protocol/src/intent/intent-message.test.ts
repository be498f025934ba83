import { expect, test } from "vitest";
import type { Hex, Intent } from "../encoding/index.ts";
import { planRoots } from "../plan/plan-root.ts";
import { compileWorkflow } from "./compile.ts";
import { buildIntent, checkIntentAgainstYaml } from "./intent-message.ts";
import { options, TOKEN, withCall, workflow } from "./workflow.testing.ts";

const OWNER: Hex = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function intentOf(yaml: string): Intent {
  const compiled = compileWorkflow(yaml, options);
  if (!compiled.ok) throw new Error(compiled.diagnostics[0]?.message);
  const { plan, permissions, yamlHash } = compiled;
  const { planRoot } = planRoots(plan);
  return buildIntent(plan, permissions, {
    owner: OWNER,
    revoker: null,
    nonce: 7n,
    yamlHash,
    planRoot,
  });
}

const yaml = withCall(`to: "${TOKEN}"\nfunction: "a(uint256)"\nargs: ["5"]\nvalue: "9"`);

test("an intent says what its YAML says", () => {
  const intent = intentOf(yaml);
  expect(intent).toMatchObject({
    owner: OWNER.toLowerCase(),
    revoker: `0x${"0".repeat(40)}`,
    name: "sample",
    summary: "A sample",
    runtime: 1,
    kind: 2,
    leaseClass: 6,
    start: 0,
    period: 30,
    catchUp: 1,
    validUntilSec: 1_814_313_600,
    maxExecutions: 10,
    perHour: 0,
    nonce: 7n,
    permissions: [{ target: TOKEN.toLowerCase(), call: "a(uint256) 5", valueWei: 9n }],
  });
  expect(checkIntentAgainstYaml(intent, bytes(yaml), options)).toEqual([]);
});

test("the kinds are numbered as the contract numbers them", () => {
  const manual = {
    on: "on: { manual: {} }",
    steps: "steps: [{ id: a, http: { method: GET, url: 'https://a.bc' } }]",
  };
  expect(intentOf(workflow()).kind).toBe(1);
  expect(intentOf(workflow(manual))).toMatchObject({ kind: 3, start: 0, period: 0, catchUp: 0 });
});

test.each<[keyof Intent, Partial<Intent>]>([
  ["name", { name: "other" }],
  ["summary", { summary: "other" }],
  ["yamlHash", { yamlHash: `0x${"11".repeat(32)}` }],
  ["planRoot", { planRoot: `0x${"11".repeat(32)}` }],
  ["runtime", { runtime: 2 }],
  ["kind", { kind: 1 }],
  ["leaseClass", { leaseClass: 1 }],
  ["start", { start: 1 }],
  ["period", { period: 31 }],
  ["catchUp", { catchUp: 2 }],
  ["validUntilSec", { validUntilSec: 1 }],
  ["maxExecutions", { maxExecutions: 11 }],
  ["perHour", { perHour: 1 }],
  ["permissions", { permissions: [] }],
])("a changed %s is found", (field, changed) => {
  const differences = checkIntentAgainstYaml(
    { ...intentOf(yaml), ...changed },
    bytes(yaml),
    options,
  );
  expect(differences.map((difference) => difference.field)).toEqual([field]);
});

test("YAML that does not compile is a difference of its own", () => {
  const [difference] = checkIntentAgainstYaml(intentOf(yaml), bytes("deed: v2"), options);
  expect(difference?.field).toBe("yaml");
});
