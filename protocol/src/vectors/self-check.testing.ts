import { type Hex, hexToBytes } from "../encoding/hex.ts";
import { asJson, type Json } from "../encoding/json.ts";
import { compileWorkflow } from "../intent/compile.ts";
import { openScriptEngine } from "../runtime/script/script-engine.ts";
import { auditRun } from "../verify/audit/audit.ts";
import { computeGolden, type Golden, goldenScenarios } from "./golden.testing.ts";
import { allVectors, vectorText } from "./vectors.testing.ts";

/** What an engine of JavaScript computes, for a comparison with another. */
export interface SelfCheck {
  /** Files of vectors and golden transcripts that this engine computes byte for byte. */
  readonly same: readonly string[];
  readonly different: readonly string[];
  /** Every check of an exported run, and what was trusted. */
  readonly audit: Json;
  readonly tamperedAudit: Json;
}

export interface SelfCheckOptions {
  readonly run: string;
  /** The same run after somebody changed a payload. */
  readonly tamperedRun: string;
  readonly blockHash: Hex;
  /** The bytes of the module that runs scripts. */
  readonly scriptModule: Hex;
}

/** Computes all vectors and audits a run. @param load gives a file below `vectors/`. */
export async function selfCheck(
  { run, tamperedRun, blockHash, scriptModule }: SelfCheckOptions,
  load: (path: string) => Promise<string>,
): Promise<SelfCheck> {
  const same: string[] = [];
  const different: string[] = [];
  const compare = (name: string, isSame: boolean): void => {
    (isSame ? same : different).push(name);
  };
  for (const [name, cases] of Object.entries(allVectors())) {
    compare(name, (await load(`${name}.json`)) === vectorText(cases));
  }
  const scripts = openScriptEngine(hexToBytes(scriptModule));
  for (const name of Object.keys(goldenScenarios(scripts))) {
    const golden = JSON.parse(await load(`transcripts/${name}.json`)) as Golden;
    compare(name, JSON.stringify(computeGolden(golden, scripts)) === JSON.stringify(golden));
  }
  return {
    same,
    different,
    audit: audit(run, blockHash),
    tamperedAudit: audit(tamperedRun, blockHash),
  };
}

function audit(text: string, blockHash: Hex): Json {
  const run = JSON.parse(text) as { readonly chainId: number };
  const report = auditRun(run as never, {
    blockHashes: [blockHash],
    compile: (yaml) => {
      const compiled = compileWorkflow(yaml, { chains: { ledger: run.chainId, others: [] } });
      return compiled.ok ? compiled.plan : null;
    },
  });
  return asJson(report);
}
