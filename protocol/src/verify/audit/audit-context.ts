import type { AuditedContracts, ExportedRun } from "../../bundle/run.ts";
import type { Hasher } from "../../encoding/hasher.ts";
import type { Hex } from "../../encoding/hex.ts";
import type { SignatureRecovery } from "../../encoding/signature.ts";
import type { Plan } from "../../plan/plan.ts";
import type { ScriptEngine } from "../../runtime/script/script-engine.ts";
import type { Findings } from "./check.ts";
import type { LedgerView } from "./ledger-view.ts";

/** What an auditor knows without the file, and what the audit computes with. */
export interface AuditOptions {
  /** Block hashes that the auditor trusts, for example from an explorer of the chain. */
  readonly blockHashes?: readonly Hex[];
  /** Deed's contracts on the ledger, from another source than the file. */
  readonly contracts?: AuditedContracts;
  /** Executions that the file must hold; others may stand beside them. */
  readonly executionIds?: readonly Hex[];
  /** The compiler; null when the file is no workflow. */
  readonly compile?: (yaml: Uint8Array) => Plan | null;
  /** Opens what runs scripts, for the first plan that has one; without it such runs stay unknown. */
  readonly scripts?: () => ScriptEngine;
  readonly hasher?: Hasher;
  readonly recovery?: SignatureRecovery;
}

/** What every part of an audit works with. */
export interface AuditContext {
  readonly run: ExportedRun;
  readonly view: LedgerView;
  readonly findings: Findings;
  readonly compile: ((yaml: Uint8Array) => Plan | null) | null;
  readonly scripts: (() => ScriptEngine) | null;
  readonly hasher: Hasher;
  readonly recovery: SignatureRecovery;
}
