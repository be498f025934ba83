// Parts of a node one by one, for measurements and attacks; a node is built of them by `start.ts`.

export { BROKER_DEFAULTS, Broker } from "../broker/broker.ts";
export { type Resolve, resolveBySystem } from "../broker/connect.ts";
export { ClaimMemory } from "../broker/once.ts";
export { PEER_CLIENT_DEFAULTS, PeerClient } from "../peers/client.ts";
export type { PeerHandlers } from "../peers/handlers.ts";
export type { PeerDirectory, PeerNode } from "../peers/identity.ts";
export { type LeafKeeper, openLeafKeeper } from "../peers/leaf-keeper.ts";
export { PEER_SERVER_DEFAULTS, startPeerServer } from "../peers/server.ts";
export { openBubblewrapSandbox } from "../sandbox/bubblewrap/bubblewrap-sandbox.ts";
export { SandboxChild } from "../sandbox/child-process.ts";
export { CHILD_SANDBOX_DEFAULTS } from "../sandbox/child-sandbox.ts";
export { chooseSandbox } from "../sandbox/choose-sandbox.ts";
export { openProcessSandbox } from "../sandbox/process-sandbox.ts";
export { runWithin } from "../sandbox/run-within.ts";
export type {
  EffectHandler,
  RunFailure,
  RunJob,
  RunLimits,
  RunResult,
  Sandbox,
  SandboxAdapter,
} from "../sandbox/sandbox.ts";
export { SandboxUnavailable } from "../sandbox/sandbox-unavailable.ts";
export { openZygoteSandbox, ZYGOTE_SANDBOX_DEFAULTS } from "../sandbox/zygote/open-zygote.ts";
export type { SignerConfig } from "../signer/config.ts";
export type { BatchToRecord } from "../signer/signer-api.ts";
export { SignerClient } from "../signer/signer-client.ts";
export { spawnSigner } from "../signer/spawn-signer.ts";
export { SILENT } from "../telemetry/logger.ts";
