import { type Hex, isHex, keccakText } from "@deed/protocol/encoding";
import { KEY_TIERS, type KeyTierName, type OperatorToAdmit } from "@deed/sdk";
import { cliError } from "../cli-error.ts";

/** A document that the council looks at before it votes; only its hash becomes public. */
export interface VettingInput {
  readonly name: string;
  readonly keccak256: Hex;
}

/** What an operator asks the council with. Everything in it is public. */
export interface Application {
  readonly application: "deed.application.1";
  readonly chainId: number;
  readonly registry: Hex;
  readonly operator: OperatorToAdmit;
  /** What `operator.vettingHash` is the hash of. */
  readonly vetting: readonly VettingInput[];
  readonly node: {
    readonly roles: readonly string[];
    readonly endpoint: string;
    readonly dutyKey: Hex;
    readonly actionKey: Hex;
    /** SHA-256 of the SubjectPublicKeyInfo of the TLS CA key. */
    readonly caHash: Hex;
    readonly keyTier: KeyTierName;
    /** SHA-256 of the file that shows the tier; null for keys in a file. */
    readonly evidenceHash: Hex | null;
    /** Each key's tier, and why it is no higher. */
    readonly keys: readonly {
      readonly key: string;
      readonly tier: string;
      readonly because: readonly string[];
    }[];
  };
}

/** keccak256 of one line `<hash>  <name>` for each document, in the application's order, each ended by a line feed. */
export function vettingHashOf(inputs: readonly VettingInput[]): Hex {
  return keccakText(inputs.map(({ name, keccak256 }) => `${keccak256}  ${name}\n`).join(""));
}

/** Null when it is no application at all. Errors: CLI_FILE_MALFORMED for one that contradicts itself. */
export function parseApplication(json: unknown, path: string): Application | null {
  const found = json as Partial<Application> | null;
  if (found?.application !== "deed.application.1") return null;
  const { operator, vetting, node } = found;
  const texts = [operator?.name, operator?.region, operator?.provider, operator?.metadataUri];
  const isWhole =
    Number.isSafeInteger(found.chainId) &&
    isHex(found.registry, 20) &&
    isHex(operator?.cold, 20) &&
    isHex(operator?.payout, 20) &&
    isHex(operator?.vettingHash, 32) &&
    texts.every((text) => typeof text === "string") &&
    Array.isArray(vetting) &&
    vetting.every((one) => typeof one?.name === "string" && isHex(one.keccak256, 32)) &&
    KEY_TIERS.some((tier) => tier === node?.keyTier);
  const application = found as Application;
  if (!isWhole) throw malformed(path, "something is missing");
  if (vettingHashOf(application.vetting) !== application.operator.vettingHash) {
    throw malformed(path, "its vetting hash is not that of the documents it lists");
  }
  return application;
}

function malformed(path: string, why: string): Error {
  const remedy = "`deed node join` writes one; ask the operator for it again.";
  return cliError("CLI_FILE_MALFORMED", `${path} is no application: ${why}`, remedy);
}
