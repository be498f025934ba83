// Generated from the compiled contracts by `npm run build`; do not edit.

export { beaconAbi } from "./Beacon.ts";
export { directoryAbi } from "./Directory.ts";
export { disputesAbi } from "./Disputes.ts";
export { executionsAbi } from "./Executions.ts";
export { gatewayAbi } from "./Gateway.ts";
export { governanceAbi } from "./Governance.ts";
export { intentsAbi } from "./Intents.ts";
export { registryAbi } from "./Registry.ts";
export { sampleCounterAbi } from "./SampleCounter.ts";
export { sampleProbeAbi } from "./SampleProbe.ts";
export { sampleTokenAbi } from "./SampleToken.ts";
export { sampleWalletAbi } from "./SampleWallet.ts";
export { timelockAbi } from "./Timelock.ts";
export { vaultAbi } from "./Vault.ts";
