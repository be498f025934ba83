import type { SignerFailure } from "./signer-failure.ts";

type Code = SignerFailure["code"];

const KEYS_PAGE = "docs/operate/keys.md";

/** Of these the remedy depends on more than the code. */
type Told = "E_KEY_MODULE" | "E_KEY_DEVICE" | "E_KEY_PIN" | "E_KEYSTORE" | "E_CONFIG" | "E_HALTED";

/** What mends a failure, one sentence for each code: docs/errors.md says more. */
const REMEDIES: Readonly<Record<Exclude<Code, Told>, string>> = {
  E_BAD_REQUEST: "Run node, signer and `deed` of one version.",
  E_TYPE:
    "Run node, signer and `deed` of one version; a signer signs no other structures and no digests.",
  E_UNAUTHORISED: "Name the token of this signer in signer.tokenFile.",
  E_EQUIVOCATION:
    "Do not try again: it protects the bond. Find out who asked twice; docs/operate/backups.md.",
  E_POLICY: `Correct what was asked: ${KEYS_PAGE} says what a signer allows.`,
  E_BEACON_CHAIN:
    "`deed node rotate-beacon` commits a chain of this signer; or give it the keystore that the chain came from.",
  E_NONCE: "Let the node ask again with the next nonce; its outbox does by itself.",
  E_RATE: "Wait; if it is no accident, look for who asks for so many signatures.",
  E_CLOSING: "Ask again when the signer has started again.",
  E_AUDIT_DAMAGED:
    "Restore the newest whole copy of the log, never an older one that lacks entries: docs/operate/backups.md.",
  E_AUDIT_FOREIGN: "Name the log that belongs to these keys and this deployment in auditLogPath.",
  E_AUDIT_FORKED: `End the other signer of these keys, and never use this log again: ${KEYS_PAGE}.`,
  E_AUDIT_IO: "Look after the disk and the rights on the log and its folder.",
  E_SEALED: "Seal it again, to the key that the registry has, for this workflow and name.",
  E_START: "See the reason, and the signer's own log above it.",
  E_UNAVAILABLE: "Is the signer running? See its log, and signer.socket or signer.host.",
  E_INTERNAL: "Mend what the system says, as room on the disk or rights; else report the defect.",
  E_KEY_EXISTS:
    "They may be another node's: name this one's with --prefix; or, where a call of yours was interrupted, --resume.",
  E_KEY_MISSING:
    "`deed node keys create` makes what is missing; or correct the label or key id, and the user's rights.",
  E_KEY_WRONG: `See ${KEYS_PAGE} for how this key is made, and \`deed node keys show\` for what is there.`,
  E_KEY_MECHANISM:
    "Use a device, firmware or policy that allows it: ECDSA on secp256k1 and P-256, ECDH on P-256, HMAC with SHA-256.",
  E_KEY_TIER:
    'Make the key inside a device that shows it, or lower "minimumTier" and register what is true.',
  E_KEY_SIGNATURE:
    "Do not go on: another key stands under this name, or the store is broken. Compare with `deed node keys show`.",
  E_KEY_DENIED: "Correct the credentials of the signer, or the key's policy.",
  E_KEY_UNAVAILABLE: "Look after device, network or quota; what was asked is asked again.",
  E_LOCKED: "End the other signer that has these keys or this log.",
  E_AUDIT_BEHIND:
    "Restore the newest copy of the audit log, or register new keys for this node: docs/operate/backups.md.",
};

/** One sentence that says what to do. */
export function signerRemedy(failure: SignerFailure): string {
  switch (failure.code) {
    case "E_KEY_MODULE":
      return moduleRemedy(failure.module);
    case "E_KEY_DEVICE":
      return deviceRemedy(failure.reason);
    case "E_KEY_PIN":
      return pinRemedy(failure.reason);
    case "E_KEYSTORE":
      return failure.reason === "of an older version"
        ? "Make a new keystore, and register its keys: nothing that serves a network has one of this version."
        : "Name the right keystore and its passphrase.";
    case "E_CONFIG":
      return `Correct "${failure.field.split(":")[0]}"; docs/operate/configuration.md and ${KEYS_PAGE} say how.`;
    case "E_HALTED":
      return failure.reason.includes("ledger")
        ? `Do not start it again as it is: ${KEYS_PAGE} and docs/operate/backups.md say how to go on.`
        : "See the reason, make room or mend the disk, then start the signer again.";
    default:
      // A code of a later version comes over the socket, too.
      return REMEDIES[failure.code] ?? REMEDIES.E_BAD_REQUEST;
  }
}

function moduleRemedy(module: string): string {
  if (module === "pkcs11js") {
    return "Install a C++ compiler, make and Python, then `npm rebuild pkcs11js` (or `npm ci`).";
  }
  if (module === "@aws-sdk/client-kms") {
    return "`npm install @aws-sdk/client-kms`: it is an optional dependency, left out by `--omit=optional`.";
  }
  return "Name the vendor's library in keys.pkcs11.module, and what it reads in keys.pkcs11.environment.";
}

function deviceRemedy(reason: string): string {
  switch (reason) {
    case "absent":
      return "`deed doctor --config FILE` lists the tokens that the library shows; correct keys.pkcs11.tokenLabel.";
    case "several of this label":
      return "Name the token's serial number in keys.pkcs11.serial.";
    case "not initialised":
      return "Initialise the token with the vendor's tool.";
    default:
      return "See what the device answered, and its own log.";
  }
}

function pinRemedy(reason: string): string {
  switch (reason) {
    case "wrong":
      return "Correct the file in keys.pkcs11.pinPath before the next start: tries are counted.";
    case "locked":
      return "Unlock the PIN as security officer, with the vendor's tool.";
    case "one try left":
      return "Log in once with the vendor's tool, which resets the count, then start again.";
    default:
      return "Set a new PIN with the vendor's tool, and write it into keys.pkcs11.pinPath.";
  }
}
