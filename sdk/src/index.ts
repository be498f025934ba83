export {
  type GatewayAction,
  type LedgerCall,
  type LedgerCalls,
  ledgerCalls,
  type ReclaimItem,
} from "./ledger/calls.ts";
export { decodeLedgerLog, type RawLog } from "./ledger/decode.ts";
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
export {
  connectLedger,
  type Ledger,
  type LedgerBatch,
  type LedgerFallback,
  type LedgerGeneration,
  type LedgerNode,
  type LedgerOperator,
  type LedgerRound,
} from "./ledger/ledger.ts";
export {
  DEVNET_PARAMETERS,
  type LedgerParameters,
  PRODUCTION_PARAMETERS,
} from "./ledger/parameters.ts";
export { createRpc, type Rpc, type RpcBlock, RpcError, type RpcFailure } from "./ledger/rpc.ts";
