import { readScriptModule } from "@deed/node";
import type { ExportedRun } from "@deed/protocol/bundle";
import type { Hex } from "@deed/protocol/encoding";
import { compileWorkflow } from "@deed/protocol/intent";
import { openScriptEngine } from "@deed/protocol/runtime";
import { auditRun, type Check } from "@deed/protocol/verify";
import { contractsOf, type Deployment, forbiddenTargets } from "@deed/sdk";

/** What an auditor has from elsewhere than the file. */
export interface AuditorKnowledge {
  readonly deployment: Deployment;
  readonly anchorHash: Hex;
}

/** Audits an exported run and asks nobody. @returns the checks that are not ok. */
export function auditOffline(run: ExportedRun, known: AuditorKnowledge): readonly Check[] {
  const { deployment, anchorHash } = known;
  const { checks } = auditRun(run, {
    blockHashes: [anchorHash],
    contracts: contractsOf(deployment),
    compile: (yaml) => {
      const compiled = compileWorkflow(yaml, {
        chains: { ledger: deployment.chainId, others: [] },
        forbiddenTargets: forbiddenTargets(deployment),
      });
      return compiled.ok ? compiled.plan : null;
    },
    scripts: () => openScriptEngine(readScriptModule()),
  });
  return checks.filter(({ result }) => result !== "ok");
}
