import type { AwsKmsConfig } from "../key-config.ts";
import type { KeyMaker } from "../key-maker.ts";
import type { KeyName } from "../key-tier.ts";
import { SignerError } from "../signer-error.ts";
import { type AwsKmsClient, createAwsKmsClient } from "./aws-kms-client.ts";
import { awsKmsError } from "./aws-kms-error.ts";

const DEFAULT_TIMEOUT_MS = 5_000;

/** What each key of a node is in AWS KMS. */
const AWS_KEY_SPECS = {
  duty: { KeySpec: "ECC_SECG_P256K1", KeyUsage: "SIGN_VERIFY" },
  action: { KeySpec: "ECC_SECG_P256K1", KeyUsage: "SIGN_VERIFY" },
  tlsCa: { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" },
  beacon: { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" },
  sealing: { KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" },
} as const satisfies Readonly<Record<KeyName, { KeySpec: string; KeyUsage: string }>>;

/** Makes keys of AWS KMS, each with an alias by which it is found again. Errors: E_KEY_MODULE. */
export function openAwsKeyMaker(config: AwsKmsConfig): KeyMaker {
  const kms = createAwsKmsClient({ timeoutMs: DEFAULT_TIMEOUT_MS, ...config });
  return {
    // By its ARN: an alias could be moved to another key.
    find: async (name, label) => {
      const keyId = await arnOf(kms, name, `alias/${label}`);
      return keyId === null ? null : { kind: "aws-kms", keyId };
    },
    make: async (name, label) => ({
      kind: "aws-kms",
      keyId: await create(kms, name, `alias/${label}`),
    }),
    close: () => kms.client.destroy(),
  };
}

async function arnOf(
  { sdk, client }: AwsKmsClient,
  name: KeyName,
  alias: string,
): Promise<string | null> {
  try {
    const { KeyMetadata } = await client.send(new sdk.DescribeKeyCommand({ KeyId: alias }));
    return KeyMetadata?.Arn ?? null;
  } catch (error) {
    const failure = awsKmsError(name, alias, error);
    if (failure.failure.code === "E_KEY_MISSING") return null;
    throw failure;
  }
}

async function create(
  { sdk, client }: AwsKmsClient,
  name: KeyName,
  alias: string,
): Promise<string> {
  try {
    const { KeyMetadata: made } = await client.send(
      new sdk.CreateKeyCommand({ ...AWS_KEY_SPECS[name], Description: `Deed node: ${name}` }),
    );
    if (made?.KeyId === undefined || made.Arn === undefined) {
      throw new SignerError({ code: "E_KEY_WRONG", key: name, reason: "no description" });
    }
    await client.send(new sdk.CreateAliasCommand({ AliasName: alias, TargetKeyId: made.KeyId }));
    return made.Arn;
  } catch (error) {
    throw awsKmsError(name, alias, error);
  }
}
