export { ExportError, type ExportFailure } from "./export/export-error.ts";
export {
  contractsOf,
  type Exported,
  type ExportOptions,
  type ExportParts,
  exportRun,
} from "./export/export-run.ts";
export { type ActionsProof, type ProvenAction, proveActions } from "./export/prove-actions.ts";
export { callSignature } from "./ledger/call-signature.ts";
export {
  type GatewayAction,
  type LedgerCall,
  type LedgerCalls,
  ledgerCalls,
  type ReclaimItem,
} from "./ledger/calls.ts";
export type { CallableContract } from "./ledger/contract-abis.ts";
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
  forbiddenTargets,
  parseDeployment,
} from "./ledger/deployment.ts";
export {
  contractCall,
  type DescribedCall,
  describeCall,
  describeResult,
  type ProposedCall,
  valueText,
} from "./ledger/describe-call.ts";
export type {
  EventOf,
  LedgerDispute,
  LedgerEvent,
  LedgerFact,
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
  type GuardianAct,
  governanceCalls,
  type ProposalState,
  type ProposalVotes,
  RESTRICTIONS,
  type RestrictionName,
} from "./ledger/governance.ts";
export {
  type GovernanceEvent,
  type GoverningContract,
  governanceEvents,
} from "./ledger/governance-events.ts";
export {
  DEVNET_PERIODS,
  type GovernanceMembers,
  type GovernancePeriods,
  handOverCalls,
  loneGovernance,
  PRODUCTION_PERIODS,
} from "./ledger/governance-setup.ts";
export { connectLedger, type Ledger } from "./ledger/ledger.ts";
export type {
  ChainTip,
  ColdChange,
  LedgerBatch,
  LedgerCheckpoint,
  LedgerFallback,
  LedgerGeneration,
  LedgerIntentState,
  LedgerKey,
  LedgerNode,
  LedgerNodeKeys,
  LedgerOperator,
  LedgerRound,
  LedgerTier,
  SealingKey,
} from "./ledger/ledger-views.ts";
export {
  encodeNamedCall,
  NamedCallError,
  type NamedCallFailure,
} from "./ledger/named-call.ts";
export {
  type NodeToAdd,
  type NodeUpdate,
  type OperatorCalls,
  type OperatorToAdmit,
  operatorCalls,
} from "./ledger/operator-calls.ts";
export {
  DEVNET_PARAMETERS,
  type LedgerParameters,
  PRODUCTION_PARAMETERS,
} from "./ledger/parameters.ts";
export { type CommitmentCall, postedCommitment } from "./ledger/posted-commitment.ts";
export {
  createRpc,
  type PostJson,
  type Rpc,
  type RpcBlock,
  type RpcCollaborators,
  RpcError,
  type RpcFailure,
} from "./ledger/rpc.ts";
export { isLoopbackUrl } from "./loopback.ts";
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
  type ClaimsBarred,
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
export { JsonError, parseJson } from "./parse-json.ts";
export { type SealOptions, sealBox } from "./sealing/seal-box.ts";
