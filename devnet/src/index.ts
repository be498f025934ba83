export type { Clock } from "./chain/clock.ts";
export { ChainError, type ChainFailure } from "./chain/error.ts";
export type { GenesisAccount } from "./chain/journal/record.ts";
export {
  type SpawnCollaborators,
  type SpawnedChain,
  type SpawnOptions,
  spawnChain,
} from "./chain/spawn-chain.ts";
export {
  type Chain,
  type ChainCollaborators,
  type ChainOptions,
  startChain,
} from "./chain/start-chain.ts";
export { type EchoedRequest, type EchoServer, startEcho } from "./echo/echo-server.ts";
export { nativeRecovery } from "./mutate/native-recovery.ts";
export { type AdmitParts, admitAll } from "./network/admit.ts";
export { NetworkError, type NetworkFailure } from "./network/network-error.ts";
export type { NodeProcess } from "./network/node-process.ts";
export type { Registration } from "./network/registration.ts";
export { createSender, type Sender } from "./network/sender.ts";
export {
  type FoundedNetwork,
  type Network,
  type NetworkOptions,
  type NetworkParts,
  startNetwork,
} from "./network/start-network.ts";
export type { ExecutionStory, StoryState } from "./story/execution-story.ts";
export { LedgerStory } from "./story/ledger-story.ts";
export { registerWorkflow } from "./workflows/register-workflow.ts";
export {
  type FireTerms,
  type SignedWorkflow,
  type SigningTerms,
  signFire,
  signRevocation,
  signWorkflow,
} from "./workflows/sign-workflow.ts";
export { WorkflowError, type WorkflowFailure } from "./workflows/workflow-error.ts";
