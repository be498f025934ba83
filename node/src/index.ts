export {
  createKeystore,
  type KeystoreOptions,
  type OpenedKeystore,
  openKeystore,
  type PublicKeys,
  SCRYPT_COST,
} from "./signer/keystore.ts";
export {
  type PreparedRegistration,
  prepareRegistration,
  type RegistrationPlace,
} from "./signer/prepare-registration.ts";
export { SignerError, type SignerFailure } from "./signer/signer-error.ts";
