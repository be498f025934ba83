export type { ChainIds } from "./chain.ts";
export {
  type CompiledWorkflow,
  type CompileOptions,
  type ConvertedWorkflow,
  compileWorkflow,
  convertWorkflow,
  type FailedWorkflow,
  type Place,
  type Places,
} from "./compile.ts";
export {
  DIAGNOSTIC_CODES,
  type Diagnostic,
  type DiagnosticCode,
  type Severity,
} from "./diagnostic.ts";
export {
  buildIntent,
  checkIntentAgainstYaml,
  type IntentDifference,
  intentDifferences,
  tickTerms,
} from "./intent-message.ts";
export type { StepLevel } from "./level.ts";
export { registrationObstacles } from "./registration.ts";
export { renderDiagnostic } from "./render-diagnostic.ts";
export { MAX_YAML_BYTES } from "./source-text.ts";
