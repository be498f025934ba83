import { type CompiledWorkflow, type CompileOptions, compileWorkflow } from "../compile.ts";
import { renderDiagnostic } from "../render-diagnostic.ts";

export const kwalaOptions: CompileOptions = {
  fileName: "flow.yaml",
  chains: { ledger: 31337, others: [80_002, 11_155_111] },
  forbiddenTargets: [],
};

export const TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
export const OTHER = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512";
export const TRANSFER = "Transfer(address indexed from, address indexed to, uint256 value)";

/** Keys and their YAML; null takes a key out. */
type Keys = { readonly [key: string]: string | null };

interface Parts {
  readonly name?: string | null;
  readonly trigger?: Keys;
  /** Each action's keys. */
  readonly actions?: readonly Keys[];
  readonly mode?: string | null;
  /** Lines at the end. */
  readonly more?: string;
}

/** An event of TOKEN on the ledger's chain, each time. */
export const ON_EVENT: Keys = {
  TriggerSourceContract: TOKEN,
  TriggerChainID: "31337",
  TriggerEventName: TRANSFER,
  ExecuteAfter: "event",
  RepeatEvery: "event",
};

export const POST: Keys = {
  Name: "tell",
  Type: "post",
  APIEndpoint: "https://example.com/hook",
  APIPayload: "{ text: hello }",
};

export const CALL: Keys = {
  Name: "act",
  Type: "call",
  TargetContract: OTHER,
  TargetFunction: "function ping(uint256 n)",
  TargetParams: "[5]",
  ChainID: "31337",
};

/** A Kwala workflow that posts on every transfer, with some of its parts replaced. */
export function kwala({ name, trigger = {}, actions = [POST], mode, more }: Parts = {}): string {
  const times: Keys = { ...ON_EVENT, ExpiresIn: "1893456000", ...trigger };
  return [
    ...(name === null ? [] : [`Name: ${name ?? "transfer_alert"}`]),
    "Trigger:",
    ...lines(times).map((line) => `  ${line}`),
    "Actions:",
    ...actions.flatMap((keys) =>
      lines(keys).map((line, at) => `${at === 0 ? "  - " : "    "}${line}`),
    ),
    ...(mode === null ? [] : ["Execution:", `  Mode: ${mode ?? "sequential"}`]),
    ...(more === undefined ? [] : [more]),
    "",
  ].join("\n");
}

function lines(keys: Keys): readonly string[] {
  return Object.entries(keys).flatMap(([key, value]) =>
    value === null ? [] : [value === "" ? `${key}:` : `${key}: ${value}`],
  );
}

/** The same with keys that no event is named by. */
export const WITHOUT_EVENT: Keys = {
  TriggerSourceContract: "NA",
  TriggerChainID: "NA",
  TriggerEventName: "NA",
};

export function compileKwala(
  yaml: string,
  options: CompileOptions = kwalaOptions,
): CompiledWorkflow {
  const compiled = compileWorkflow(yaml, options);
  if (compiled.ok) return compiled;
  throw new Error(compiled.diagnostics.map((one) => renderDiagnostic(yaml, one)).join("\n"));
}
