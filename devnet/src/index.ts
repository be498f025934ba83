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
