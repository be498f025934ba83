export { type NodeConfig, readConfig } from "./config.ts";
export { ConfigError } from "./config-error.ts";
export { DEFAULT_SANDBOX } from "./config-sandbox.ts";
export { openRpcPost, type RpcPost } from "./rpc-post.ts";
export { chooseSandbox, type SandboxChoice } from "./sandbox/choose-sandbox.ts";
export { readScriptModule } from "./scripts/script-module.ts";
export {
  createKeystore,
  type KeystoreOptions,
  newKeystore,
  type OpenedKeystore,
  openKeystore,
  type PublicKeys,
  SCRYPT_COST,
} from "./signer/keystore.ts";
export {
  deriveChainTip,
  type PreparedRegistration,
  prepareRegistration,
  type RegistrationPlace,
  signCaBinding,
} from "./signer/prepare-registration.ts";
export { SignerError, type SignerFailure } from "./signer/signer-error.ts";
