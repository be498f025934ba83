import { type CompileOptions, compileWorkflow } from "./compile.ts";
import type { Diagnostic } from "./diagnostic.ts";

export const options: CompileOptions = {
  fileName: "flow.yaml",
  chains: { ledger: 31337, others: [1] },
  forbiddenTargets: ["0x00000000000000000000000000000000000000dd"],
};

export const TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3";

const sections = {
  deed: "deed: v1",
  name: "name: sample",
  summary: "summary: A sample",
  on: `on:
  event:
    contract: "${TOKEN}"
    event: "Transfer(address indexed from, address indexed to, uint256 value)"`,
  expires: "expires: 2027-06-30T00:00:00Z",
  limits: "limits: { executions: 10 }",
  sandbox: "",
  steps: `steps:
  - id: tell
    http: { method: POST, url: "https://example.com/hook", body: { value: "\${event.value}" } }`,
};

/** A workflow that compiles, with some of its sections replaced. */
export function workflow(replaced: Partial<typeof sections> = {}): string {
  const lines = Object.values({ ...sections, ...replaced }).filter((text) => text !== "");
  return `${lines.join("\n")}\n`;
}

/** A workflow whose only step is given. */
export function withStep(step: string, replaced: Partial<typeof sections> = {}): string {
  return workflow({ ...replaced, steps: `steps:\n  - id: one\n${step.replace(/^/gm, "    ")}` });
}

/** A workflow with one on-chain call on an interval: nothing in it is less than proven. */
export function withCall(call: string, more = ""): string {
  return withStep(`call:\n${call.replace(/^/gm, "  ")}${more === "" ? "" : `\n${more}`}`, {
    on: "on: { schedule: { every: 30s } }",
  });
}

/** All diagnostics, whether it compiles or not. */
export function diagnose(yaml: string | Uint8Array): readonly Diagnostic[] {
  const result = compileWorkflow(yaml, options);
  return result.ok ? result.warnings : result.diagnostics;
}
