export { type NodeConfig, readConfig } from "./config.ts";
export { ConfigError } from "./config-error.ts";
export { readKeysFile } from "./config-keys.ts";
export { DEFAULT_SANDBOX } from "./config-sandbox.ts";
export { openNodeKeys } from "./open-node-keys.ts";
export { openRpcPost, type RpcPost } from "./rpc-post.ts";
export { chooseSandbox, type SandboxChoice } from "./sandbox/choose-sandbox.ts";
export { readScriptModule } from "./scripts/script-module.ts";
export { type ConnectedSigner, connectSigner } from "./signer/connect-signer.ts";
export {
  type CreatedKeys,
  createNodeKeys,
  type KeysToCreate,
} from "./signer/create-node-keys.ts";
export {
  type EvidenceFile,
  evidenceText,
  inspectKeys,
  type KeysReport,
} from "./signer/inspect-keys.ts";
export {
  type AwsKmsConfig,
  checkKeysConfig,
  type KeysConfig,
  type Pkcs11Config,
  storesOf,
} from "./signer/key-config.ts";
export { KEY_NAMES, type KeyName, lowestTier, tierNumber } from "./signer/key-tier.ts";
export {
  createKeystore,
  type KeystoreOptions,
  newKeystore,
  type OpenedKeystore,
  openKeystore,
  type PublicKeys,
  SCRYPT_COST,
} from "./signer/keystore.ts";
export { type OpenedKeys, openKeys } from "./signer/open-keys.ts";
export { examineToken, type TokenExamination } from "./signer/pkcs11/examine-token.ts";
export {
  deriveChainTip,
  type PreparedRegistration,
  prepareRegistration,
  type RegistrationPlace,
  signCaBinding,
  signSealingBinding,
} from "./signer/prepare-registration.ts";
export { type LinkEnd, makeLinkEnd } from "./signer/remote/make-link.ts";
export type { KeySetStatus, Signer, SignerStatus } from "./signer/signer-api.ts";
export { SignerError, type SignerFailure } from "./signer/signer-error.ts";
