import type { CurveName } from "../key-store.ts";

// Numbers of PKCS#11 2.40. They stand here so that reading a configuration loads no native code.

export const CKF_HW = 0x1;
export const CKF_HW_SLOT = 0x4;
export const CKF_SERIAL_SESSION = 0x4;
export const CKF_RW_SESSION = 0x2;
export const CKF_OS_LOCKING_OK = 0x2;
export const CKF_SIGN = 0x800;
export const CKF_DERIVE = 0x80000;
export const CKF_TOKEN_INITIALIZED = 0x400;
export const CKF_USER_PIN_FINAL_TRY = 0x20000;
export const CKF_USER_PIN_LOCKED = 0x40000;

export const CKU_USER = 1;
/** Luna's second user, who uses keys but makes none. */
export const CKU_CRYPTO_USER = 0x80000001;

export const CKO_PUBLIC_KEY = 2;
export const CKO_PRIVATE_KEY = 3;
export const CKO_SECRET_KEY = 4;

export const CKK_GENERIC_SECRET = 0x10;
/** What a YubiHSM calls its HMAC keys. */
export const CKK_SHA256_HMAC = 0x2b;

export const CKA_CLASS = 0x0;
export const CKA_TOKEN = 0x1;
export const CKA_PRIVATE = 0x2;
export const CKA_LABEL = 0x3;
export const CKA_VALUE = 0x11;
export const CKA_KEY_TYPE = 0x100;
export const CKA_ID = 0x102;
export const CKA_SENSITIVE = 0x103;
export const CKA_WRAP = 0x106;
export const CKA_SIGN = 0x108;
export const CKA_VERIFY = 0x10a;
export const CKA_DERIVE = 0x10c;
export const CKA_VALUE_LEN = 0x161;
export const CKA_EXTRACTABLE = 0x162;
export const CKA_LOCAL = 0x163;
export const CKA_NEVER_EXTRACTABLE = 0x164;
export const CKA_ALWAYS_SENSITIVE = 0x165;
export const CKA_MODIFIABLE = 0x170;
export const CKA_EC_PARAMS = 0x180;
export const CKA_EC_POINT = 0x181;

export const CKM_GENERIC_SECRET_KEY_GEN = 0x350;
export const CKM_SHA256_HMAC = 0x251;
export const CKM_EC_KEY_PAIR_GEN = 0x1040;
export const CKM_ECDSA = 0x1041;
export const CKM_ECDH1_DERIVE = 0x1050;

/** The shared x coordinate as it is, without a derivation. */
export const CKD_NULL = 1;
/** What the package calls the parameters of ECDH. */
export const CK_PARAMS_EC_DH = 6;

export const CKR_CANT_LOCK = 0xa;
export const CKR_PIN_INCORRECT = 0xa0;
export const CKR_PIN_INVALID = 0xa1;
export const CKR_PIN_LEN_RANGE = 0xa2;
export const CKR_PIN_EXPIRED = 0xa3;
export const CKR_PIN_LOCKED = 0xa4;
export const CKR_USER_ALREADY_LOGGED_IN = 0x100;
export const CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191;

/** After these the session is gone, not the key: device error, memory and removal, closed and invalid handles, logged out. */
export const SESSION_LOST: ReadonlySet<number> = new Set([
  0x30, 0x31, 0x32, 0x60, 0x82, 0xb0, 0xb3, 0xe0, 0x101,
]);

/** DER of the curves' object identifiers, as CKA_EC_PARAMS has them. */
export const CURVE_PARAMETERS: Readonly<Record<CurveName, Buffer>> = {
  secp256k1: Buffer.from("06052b8104000a", "hex"),
  "P-256": Buffer.from("06082a8648ce3d030107", "hex"),
};
