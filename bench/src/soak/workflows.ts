import { compileWorkflow } from "@deed/protocol/intent";
import type { Plan } from "@deed/protocol/plan";
import { BenchError } from "../row.ts";
import { HANG_PATH, type TargetServer } from "./target-server.ts";

export type Workflow =
  | "pure"
  | "http"
  | "unreachable"
  | "hanging"
  | "script"
  | "thrower"
  | "glutton";
export type Plans = Readonly<Record<Workflow, Plan>>;

/** What honest users write, and what goes wrong with it. Each is fired by hand with `n`. */
export function plansOf(target: TargetServer): Plans {
  const send = (url: string): string => `
  - id: send
    http:
      method: POST
      url: "${url}"
      body: { n: "\${input.n}", text: "\${input.text}" }
`;
  const script = (source: string): string => `
  - id: sum
    script:
      input: { n: "\${input.n}" }
      source: |
        ${source}
`;
  const look = (condition: string): string => `
  - id: look
    if: ${condition}
    http: { method: GET, url: "${target.url}/look" }
`;
  return {
    pure: compiled(
      "pure",
      look("input.list.map(x, x * 2).filter(x, x > input.n).size() > 1000") +
        look("input.text.contains('never') && input.list.exists(x, x == -1)").replace(
          "look",
          "last",
        ),
    ),
    http: compiled("http", send(`${target.url}/send`) + look("steps.send.body.n == input.n")),
    unreachable: compiled("unreachable", send(`${target.closedUrl}/send`)),
    hanging: compiled("hanging", send(`${target.url}${HANG_PATH}`)),
    script: compiled(
      "script",
      script(
        "let sum = 0n; for (let i = 1n; i <= 100n; i += 1n) sum += i * BigInt(input.n); return sum;",
      ),
    ),
    thrower: compiled("thrower", script('throw new Error("n is " + input.n);')),
    glutton: compiled(
      "glutton",
      script('const all = []; for (;;) all.push("x".repeat(100000) + all.length);'),
    ),
  };
}

function compiled(name: string, steps: string): Plan {
  const yaml = `deed: v1
name: ${name}
summary: One of the soak's
on:
  manual: {}
expires: 2099-01-01T00:00:00Z
limits: { executions: 100000000, duration: 10s }
steps:${steps}`;
  const result = compileWorkflow(yaml, { chains: { ledger: 1, others: [] } });
  if (result.ok) return result.plan;
  const reason = `${name}: ${JSON.stringify(result.diagnostics)}`;
  throw new BenchError({ code: "UNEXPECTED_RESULT", reason });
}
