// Generated from the compiled contracts by `npm run build`; do not edit.

export { beaconAbi } from "./Beacon.ts";
export { disputesAbi } from "./Disputes.ts";
export { executionsAbi } from "./Executions.ts";
export { gatewayAbi } from "./Gateway.ts";
export { intentsAbi } from "./Intents.ts";
export { registryAbi } from "./Registry.ts";
export { sampleCounterAbi } from "./SampleCounter.ts";
export { sampleProbeAbi } from "./SampleProbe.ts";
export { sampleTokenAbi } from "./SampleToken.ts";
export { sampleWalletAbi } from "./SampleWallet.ts";
export { vaultAbi } from "./Vault.ts";
