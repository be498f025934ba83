export { ExportError, type ExportFailure } from "./export/export-error.ts";
export {
  contractsOf,
  type Exported,
  type ExportOptions,
  type ExportParts,
  exportRun,
} from "./export/export-run.ts";
export { type ActionsProof, type ProvenAction, proveActions } from "./export/prove-actions.ts";
export {
  type GatewayAction,
  type LedgerCall,
  type LedgerCalls,
  ledgerCalls,
  type ReclaimItem,
} from "./ledger/calls.ts";
export { decodeLedgerLog, type RawLog } from "./ledger/decode.ts";
export { describeRevert } from "./ledger/decode-error.ts";
export {
  type ContractArtifact,
  type DeployOptions,
  type DeployParts,
  deployLedger,
} from "./ledger/deploy.ts";
export {
  type Deployment,
  DeploymentError,
  type DeploymentFailure,
  ledgerAddresses,
  parseDeployment,
} from "./ledger/deployment.ts";
export type {
  EventOf,
  LedgerDispute,
  LedgerEvent,
  LedgerFact,
  LedgerIntent,
  LedgerItem,
  LogPlace,
  SeatVerdict,
} from "./ledger/events.ts";
export { type EncodedEvidence, encodeEvidence } from "./ledger/evidence.ts";
export {
  connectGovernance,
  type GovernanceGroup,
  type GovernanceProposal,
  type GovernanceReads,
  governanceCalls,
  type ProposalState,
  RESTRICTIONS,
  type RestrictionName,
} from "./ledger/governance.ts";
export {
  DEVNET_PERIODS,
  type GovernanceMembers,
  type GovernancePeriods,
  handOverCalls,
  loneGovernance,
  PRODUCTION_PERIODS,
} from "./ledger/governance-setup.ts";
export {
  connectLedger,
  type Ledger,
  type LedgerBatch,
  type LedgerFallback,
  type LedgerGeneration,
  type LedgerIntentState,
  type LedgerNode,
  type LedgerOperator,
  type LedgerRound,
} from "./ledger/ledger.ts";
export {
  type DescribedCall,
  describeCall,
  encodeNamedCall,
  NamedCallError,
  type NamedCallFailure,
  type ProposedCall,
} from "./ledger/named-call.ts";
export {
  DEVNET_PARAMETERS,
  type LedgerParameters,
  PRODUCTION_PARAMETERS,
} from "./ledger/parameters.ts";
export {
  createRpc,
  type PostJson,
  type Rpc,
  type RpcBlock,
  type RpcCollaborators,
  RpcError,
  type RpcFailure,
} from "./ledger/rpc.ts";
export {
  connectNodeApi,
  type NodeApi,
  type NodeApiOptions,
  type PageQuery,
} from "./node-api/client.ts";
export {
  type BatchView,
  type DisputeView,
  type EffectView,
  type ExecutionDetail,
  type ExecutionPage,
  type ExecutionStateName,
  type ExecutionSummary,
  executionDetail,
  executionPage,
  type TriggerName,
  type VerdictView,
} from "./node-api/execution-messages.ts";
export {
  type IntentJson,
  intentFromJson,
  intentToJson,
  type PermissionJson,
} from "./node-api/intent-json.ts";
export {
  type FiredExecution,
  type FireReceipt,
  type FireSubmission,
  firedExecution,
  fireSubmission,
  type IntentDetail,
  type IntentPage,
  type IntentStateName,
  type IntentSubmission,
  type IntentSummary,
  type InvalidatedNonce,
  intentDetail,
  intentPage,
  intentSubmission,
  invalidatedNonce,
  KEY_TIERS,
  type KeyTierName,
  NODE_API_VERSION,
  type NodeHealth,
  type NodeInfo,
  type NonceInvalidationMessage,
  nodeHealth,
  nodeInfo,
  nonceInvalidation,
  type RefusalMessage,
  type RegisteredIntent,
  type Revocation,
  type RevokedIntent,
  refusalMessage,
  registeredIntent,
  revocation,
  revokedIntent,
  type SandboxHealth,
  type TailEvent,
} from "./node-api/messages.ts";
export { NodeApiError, type NodeApiFailure } from "./node-api/node-api-error.ts";
export { type Patience, patientNode } from "./node-api/patient-node.ts";
export type { JsonSchema, Shape } from "./node-api/shape.ts";
export { wait } from "./node-api/wait.ts";
