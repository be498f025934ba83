// Parts of a node one by one, for measurements; a node is built of them by `start.ts`.

export { PEER_CLIENT_DEFAULTS, PeerClient } from "../peers/client.ts";
export type { PeerHandlers } from "../peers/handlers.ts";
export type { PeerDirectory, PeerNode } from "../peers/identity.ts";
export { openLeafKeeper } from "../peers/leaf-keeper.ts";
export { PEER_SERVER_DEFAULTS, startPeerServer } from "../peers/server.ts";
export { chooseSandbox } from "../sandbox/choose-sandbox.ts";
export type { RunJob, Sandbox } from "../sandbox/sandbox.ts";
export type { SignerConfig } from "../signer/config.ts";
export type { BatchToRecord } from "../signer/signer-api.ts";
export { SignerClient } from "../signer/signer-client.ts";
export { spawnSigner } from "../signer/spawn-signer.ts";
export { SILENT } from "../telemetry/logger.ts";
