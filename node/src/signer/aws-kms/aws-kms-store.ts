import type { KeyMetadata } from "@aws-sdk/client-kms";
import * as der from "../der.ts";
import type { DigestSigner } from "../digest-signer.ts";
import { p256Spki, pointOfSpki } from "../finish-signature.ts";
import { hexOrNull, type KeyEvidence } from "../key-evidence.ts";
import type { CurveName, KeyStore, StoredKey } from "../key-store.ts";
import type { KeyName, KeyStanding } from "../key-tier.ts";
import type { AgreementKey, MacKey } from "../node-keys.ts";
import { SignerError } from "../signer-error.ts";
import { type AwsKmsClient, type AwsKmsOptions, createAwsKmsClient } from "./aws-kms-client.ts";
import { awsKmsError, isThrottled } from "./aws-kms-error.ts";

const MAC_BYTES = 32;
const SECRET_BYTES = 32;
const THROTTLE_WAITS_MS = [100, 200, 400, 800];

const CURVES = {
  secp256k1: { spec: "ECC_SECG_P256K1", oid: "1.3.132.0.10" },
  "P-256": { spec: "ECC_NIST_P256", oid: "1.2.840.10045.3.1.7" },
} as const;

export interface AwsKmsStoreParts {
  readonly sleepMs: (ms: number) => Promise<void>;
}

/** Keys of AWS KMS, by their ids. Errors: E_KEY_MODULE. */
export function openAwsKmsStore(options: AwsKmsOptions, parts: AwsKmsStoreParts): KeyStore {
  return new AwsKmsStore(createAwsKmsClient(options), parts);
}

class AwsKmsStore implements KeyStore {
  readonly #kms: AwsKmsClient;
  readonly #parts: AwsKmsStoreParts;

  constructor(kms: AwsKmsClient, parts: AwsKmsStoreParts) {
    this.#kms = kms;
    this.#parts = parts;
  }

  async digestSigner(
    name: KeyName,
    place: string,
    curve: CurveName,
  ): Promise<StoredKey<DigestSigner>> {
    const { spec } = CURVES[curve];
    const { KeyId, standing } = await this.#describe(name, place, { spec, usage: "SIGN_VERIFY" });
    const { sdk, client } = this.#kms;
    const publicKey = await this.#publicKey(name, { KeyId, place, curve });
    const signDigest: DigestSigner["signDigest"] = async (digest) => {
      const { Signature } = await this.#ask(name, place, () =>
        client.send(
          new sdk.SignCommand({
            KeyId,
            Message: digest,
            MessageType: "DIGEST",
            SigningAlgorithm: "ECDSA_SHA_256",
          }),
        ),
      );
      if (Signature === undefined) throw new SignerError({ code: "E_KEY_SIGNATURE", key: name });
      return { format: "der", bytes: Signature };
    };
    return { key: { publicKey, signDigest }, standing };
  }

  async macKey(name: KeyName, place: string): Promise<StoredKey<MacKey>> {
    const wanted = { spec: "HMAC_256", usage: "GENERATE_VERIFY_MAC" };
    const { KeyId, standing } = await this.#describe(name, place, wanted);
    const { sdk, client } = this.#kms;
    const mac: MacKey["mac"] = async (bytes) => {
      const command = { KeyId, Message: bytes, MacAlgorithm: "HMAC_SHA_256" } as const;
      const { Mac } = await this.#ask(name, place, () =>
        client.send(new sdk.GenerateMacCommand(command)),
      );
      if (Mac?.length !== MAC_BYTES) throw wrong(name, `MAC of ${Mac?.length ?? 0} bytes`);
      return Mac;
    };
    return { key: { mac }, standing };
  }

  async agreementKey(name: KeyName, place: string): Promise<StoredKey<AgreementKey>> {
    const wanted = { spec: CURVES["P-256"].spec, usage: "KEY_AGREEMENT" };
    const { KeyId, standing } = await this.#describe(name, place, wanted);
    const publicKey = await this.#publicKey(name, { KeyId, place, curve: "P-256" });
    const { sdk, client } = this.#kms;
    const sharedSecret: AgreementKey["sharedSecret"] = async (point) => {
      const PublicKey = p256Spki(point);
      const command = { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey } as const;
      const { SharedSecret } = await this.#ask(name, place, () =>
        client.send(new sdk.DeriveSharedSecretCommand(command)),
      );
      if (SharedSecret?.length === SECRET_BYTES) return SharedSecret;
      throw wrong(name, `shared secret of ${SharedSecret?.length ?? 0} bytes`);
    };
    return { key: { publicKey, sharedSecret }, standing };
  }

  async evidence(name: KeyName, place: string): Promise<KeyEvidence> {
    const { sdk, client } = this.#kms;
    const { KeyMetadata } = await this.#ask(name, place, () =>
      client.send(new sdk.DescribeKeyCommand({ KeyId: place })),
    );
    const shown = { describeKey: KeyMetadata ?? null, isAwsEndpoint: this.#kms.isAws() };
    if (KeyMetadata?.KeyUsage === "GENERATE_VERIFY_MAC") return shown;
    const found = await this.#ask(name, place, () =>
      client.send(new sdk.GetPublicKeyCommand({ KeyId: place })),
    );
    const { KeySpec, KeyUsage, SigningAlgorithms, KeyAgreementAlgorithms } = found;
    const algorithms = SigningAlgorithms ?? KeyAgreementAlgorithms ?? null;
    const publicKey = hexOrNull(found.PublicKey);
    return { ...shown, getPublicKey: { KeySpec, KeyUsage, algorithms, publicKey } };
  }

  close(): Promise<void> {
    this.#kms.client.destroy();
    return Promise.resolve();
  }

  // From here on the key is named by its ARN: an alias could be moved to another.
  async #describe(
    name: KeyName,
    place: string,
    wanted: { readonly spec: string; readonly usage: string },
  ): Promise<{ KeyId: string; standing: KeyStanding }> {
    const { sdk, client } = this.#kms;
    const { KeyMetadata: key } = await this.#ask(name, place, () =>
      client.send(new sdk.DescribeKeyCommand({ KeyId: place })),
    );
    if (key?.Arn === undefined) throw wrong(name, "no description");
    if (key.KeySpec !== wanted.spec) throw wrong(name, `not of the spec ${wanted.spec}`);
    if (key.KeyUsage !== wanted.usage) throw wrong(name, `not for the use ${wanted.usage}`);
    if (key.KeyState !== "Enabled") throw wrong(name, `state ${key.KeyState}`);
    return { KeyId: key.Arn, standing: standingOf(key, this.#kms.isAws()) };
  }

  async #publicKey(
    name: KeyName,
    { KeyId, place, curve }: { KeyId: string; place: string; curve: CurveName },
  ): Promise<Uint8Array> {
    const { sdk, client } = this.#kms;
    const { PublicKey } = await this.#ask(name, place, () =>
      client.send(new sdk.GetPublicKeyCommand({ KeyId })),
    );
    return pointIn(name, PublicKey, curve);
  }

  async #ask<T>(name: KeyName, place: string, request: () => Promise<T>): Promise<T> {
    for (const waitMs of [...THROTTLE_WAITS_MS, null]) {
      try {
        return await request();
      } catch (error) {
        if (waitMs === null || !isThrottled(error)) throw awsKmsError(name, place, error);
        await this.#parts.sleepMs(waitMs);
      }
    }
    throw new SignerError({ code: "E_KEY_UNAVAILABLE", key: name, reason: "throttled" });
  }
}

/** What AWS made and never gave out, where AWS itself says so; anything else is software. */
function standingOf(key: KeyMetadata, isAws: boolean): KeyStanding {
  const { Origin, KeyManager } = key;
  if (Origin !== "AWS_KMS" && Origin !== "AWS_CLOUDHSM") {
    const because = [`its material came from outside (${Origin ?? "unknown"})`];
    return { store: "aws-kms", tier: "softwareFile", because };
  }
  const because: string[] = [];
  if (!isAws) because.push("the endpoint is not AWS's own");
  if (KeyManager !== "CUSTOMER") because.push("it is not a customer's key");
  return { store: "aws-kms", tier: because.length > 0 ? "softwareToken" : "cloudKms", because };
}

function pointIn(key: KeyName, spki: Uint8Array | undefined, curve: CurveName): Uint8Array {
  const point = pointOfSpki(spki ?? new Uint8Array());
  const algorithm = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid(CURVES[curve].oid));
  const expected = der.sequence(algorithm, der.bits(point));
  if (spki === undefined || Buffer.compare(spki, expected) !== 0)
    throw wrong(key, `not on ${curve}`);
  return point;
}

function wrong(key: KeyName, reason: string): SignerError {
  return new SignerError({ code: "E_KEY_WRONG", key, reason });
}
