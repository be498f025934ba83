export {
  type Cron,
  type CronProblem,
  cronCount,
  cronMatches,
  cronNewest,
  cronNext,
  parseCron,
} from "./cron.ts";
export { compileExpression, type Expression } from "./expression.ts";
export {
  ExpressionError,
  type ExpressionErrorCode,
  type ExpressionFailure,
} from "./expression-error.ts";
export type {
  CallStep,
  CompositeTrigger,
  Delivery,
  DynamicCall,
  EffectStep,
  EventParameter,
  EventTrigger,
  FirstTrigger,
  HttpStep,
  Level,
  LiteralCall,
  Permission,
  Plan,
  RepeatTrigger,
  SandboxLimits,
  ScriptStep,
  Step,
  TemplatedJson,
  Trigger,
} from "./plan.ts";
export { needsWebAssembly, runtimeOf } from "./plan-needs.ts";
export {
  type PermissionKey,
  type PermissionProof,
  type PlanRoots,
  permissionKeys,
  permissionLeaf,
  permissionProof,
  planRoots,
  stepLeaf,
} from "./plan-root.ts";
export {
  abiValue,
  eventValue,
  Int256,
  type Kind,
  kindOf,
  type Scope,
  STEP_FIELDS,
  TRIGGER_FIELDS,
  Uint256,
  type Value,
  type ValueMap,
  valueOfJson,
} from "./scope.ts";
export {
  compileJson,
  compileTemplate,
  hasDotSegment,
  type JsonTemplate,
  jsonOfValue,
  renderJson,
  renderTemplate,
  type Template,
  type TemplateContext,
  templateReferences,
} from "./template.ts";
