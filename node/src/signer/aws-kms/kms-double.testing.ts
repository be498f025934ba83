import { createECDH, createHmac, createPublicKey, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import * as der from "../der.ts";

/** What a request may be answered with instead. */
export type Fault =
  | { readonly kind: "error"; readonly name: string; readonly status: number }
  /** Signed and counted, but nobody hears of it. */
  | { readonly kind: "lost" }
  | { readonly kind: "silent" }
  | { readonly kind: "foreign signature" };

export interface DoubleKey {
  readonly spec: "ECC_SECG_P256K1" | "ECC_NIST_P256" | "HMAC_256";
  /** Of an elliptic curve; default SIGN_VERIFY. */
  readonly usage?: "KEY_AGREEMENT";
  readonly origin?: string;
  readonly state?: string;
}

/** Its keys' credentials; the double refuses all others. */
export const DOUBLE_CREDENTIALS = { accessKeyId: "AKIDDOUBLE", secretAccessKey: "double-secret" };

const REGION = "eu-central-1";

/** A strict stand-in for AWS KMS on loopback: answers DER, half of it with high s, and counts what each key did. */
export class KmsDouble {
  readonly #server: Server;
  readonly #keys = new Map<string, DoubleKey & { readonly secret: Uint8Array }>();
  readonly #aliases = new Map<string, string>();
  readonly #faults: { operation: string; fault: Fault }[] = [];
  /** As CloudTrail would count them: `Sign <key>`. */
  readonly counts = new Map<string, number>();
  highS = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<KmsDouble> {
    const double = new KmsDouble();
    await new Promise<void>((done) => double.#server.listen(0, "127.0.0.1", done));
    return double;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  readonly region = REGION;

  addKey(id: string, key: DoubleKey): void {
    const secret = new Uint8Array(randomBytes(32));
    // Below both curves' orders.
    secret[0] = 1;
    this.#keys.set(id, { ...key, secret });
  }

  /** The next request of an operation is answered so. */
  fail(operation: string, fault: Fault): void {
    this.#faults.push({ operation, fault });
  }

  count(operation: string, id: string): number {
    return this.counts.get(`${operation} ${id}`) ?? 0;
  }

  /** Signs as who holds the credentials could, without any signer; counted like every signature. */
  signAround(id: string, digest: Uint8Array): Uint8Array {
    this.#counted("Sign", id);
    const key = this.#keys.get(id);
    if (key === undefined) throw new Error(id);
    return signatureOf(key.spec, digest, key.secret);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const target = String(request.headers["x-amz-target"]);
    const operation = target.replace(/^TrentService\./, "");
    const found = this.#faults.findIndex((one) => one.operation === operation);
    const [fault] = found < 0 ? [] : this.#faults.splice(found, 1);
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    };
    try {
      refuseUnsigned(request, target);
      if (fault?.fault.kind === "silent") return;
      if (fault?.fault.kind === "error") throw new Refusal(fault.fault.name, fault.fault.status);
      const input = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, string>;
      const output = this.#perform(operation, input, fault?.fault.kind === "foreign signature");
      if (fault?.fault.kind === "lost") request.socket.destroy();
      else answer(200, output);
    } catch (error) {
      const { name, status } = error instanceof Refusal ? error : new Refusal("Broken", 500);
      answer(status, { __type: name, message: `arn:secret:principal ${name}` });
    }
  }

  #perform(operation: string, input: Record<string, string>, isForeign: boolean): object {
    if (operation === "CreateKey") return this.#create(input);
    if (operation === "CreateAlias") return this.#alias(input);
    const named = String(input["KeyId"]);
    const id = this.#aliases.get(named) ?? named.replace(/^arn:double:/, "");
    const key = this.#keys.get(id);
    if (key === undefined) throw new Refusal("NotFoundException");
    const KeyId = `arn:double:${id}`;
    const isMac = key.spec === "HMAC_256";
    const state = key.state ?? "Enabled";
    switch (operation) {
      case "DescribeKey":
        return {
          KeyMetadata: {
            KeyId: id,
            Arn: KeyId,
            KeySpec: key.spec,
            KeyUsage: usageOf(key),
            KeyState: state,
            Origin: key.origin ?? "AWS_KMS",
            KeyManager: "CUSTOMER",
          },
        };
      case "GetPublicKey":
        if (isMac) throw new Refusal("UnsupportedOperationException");
        return { KeyId, PublicKey: spkiOf(key.spec, key.secret).toString("base64") };
      case "Sign": {
        const digest = bytesIn(input["Message"]);
        requireInput(input["MessageType"] === "DIGEST" && digest.length === 32);
        requireInput(input["SigningAlgorithm"] === "ECDSA_SHA_256");
        if (usageOf(key) !== "SIGN_VERIFY") throw new Refusal("InvalidKeyUsageException");
        this.#counted("Sign", id);
        const secret = isForeign ? new Uint8Array(32).fill(3) : key.secret;
        const signature = signatureOf(key.spec, digest, secret);
        if (isHighS(key.spec, signature)) this.highS += 1;
        return { KeyId, Signature: Buffer.from(signature).toString("base64") };
      }
      case "GenerateMac": {
        requireInput(input["MacAlgorithm"] === "HMAC_SHA_256");
        if (!isMac) throw new Refusal("InvalidKeyUsageException");
        this.#counted("GenerateMac", id);
        const mac = createHmac("sha256", key.secret).update(bytesIn(input["Message"])).digest();
        return { KeyId, Mac: mac.toString("base64") };
      }
      case "DeriveSharedSecret": {
        requireInput(input["KeyAgreementAlgorithm"] === "ECDH");
        if (usageOf(key) !== "KEY_AGREEMENT") throw new Refusal("InvalidKeyUsageException");
        const secret = sharedSecretOf(key.secret, bytesIn(input["PublicKey"]));
        this.#counted("DeriveSharedSecret", id);
        return { KeyId, SharedSecret: secret.toString("base64"), KeyAgreementAlgorithm: "ECDH" };
      }
      default:
        throw new Refusal("UnknownOperationException");
    }
  }

  #create(input: Record<string, string>): object {
    const spec = input["KeySpec"] as DoubleKey["spec"];
    const usage = input["KeyUsage"];
    requireInput(["ECC_SECG_P256K1", "ECC_NIST_P256", "HMAC_256"].includes(spec));
    const id = `made-${this.#keys.size + 1}`;
    this.addKey(id, usage === "KEY_AGREEMENT" ? { spec, usage } : { spec });
    const made = this.#keys.get(id);
    requireInput(made !== undefined && usageOf(made) === usage);
    return { KeyMetadata: { KeyId: id, Arn: `arn:double:${id}` } };
  }

  #alias({ AliasName: name = "", TargetKeyId: id = "" }: Record<string, string>): object {
    requireInput(name.startsWith("alias/") && this.#keys.has(id));
    if (this.#aliases.has(name)) throw new Refusal("AlreadyExistsException");
    this.#aliases.set(name, id);
    return {};
  }

  #counted(operation: string, id: string): void {
    this.counts.set(`${operation} ${id}`, this.count(operation, id) + 1);
  }
}

class Refusal extends Error {
  readonly status: number;

  constructor(name: string, status = 400) {
    super(name);
    this.name = name;
    this.status = status;
  }
}

// The headers that AWS demands, for this region, this service and these credentials.
function refuseUnsigned(request: IncomingMessage, target: string): void {
  const { method, url, headers } = request;
  const isRequest =
    method === "POST" &&
    url === "/" &&
    target.startsWith("TrentService.") &&
    headers["content-type"] === "application/x-amz-json-1.1";
  requireInput(isRequest);
  const scope = `${DOUBLE_CREDENTIALS.accessKeyId}/\\d{8}/${REGION}/kms/aws4_request`;
  const signed = new RegExp(
    `^AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=\\S+, Signature=`,
  );
  if (!signed.test(String(headers.authorization))) {
    throw new Refusal("UnrecognizedClientException");
  }
}

function usageOf({ spec, usage }: DoubleKey): string {
  return spec === "HMAC_256" ? "GENERATE_VERIFY_MAC" : (usage ?? "SIGN_VERIFY");
}

// A point that is not on the curve is refused, as it must be.
function sharedSecretOf(secret: Uint8Array, spki: Uint8Array): Buffer {
  const exchange = createECDH("prime256v1");
  exchange.setPrivateKey(secret);
  requireInput(isKey(spki));
  return exchange.computeSecret(spki.subarray(-65));
}

function isKey(spki: Uint8Array): boolean {
  try {
    createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    return true;
  } catch {
    return false;
  }
}

function requireInput(holds: boolean): void {
  if (!holds) throw new Refusal("ValidationException");
}

function bytesIn(base64: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(base64 ?? "", "base64"));
}

function curveOf(spec: DoubleKey["spec"]): typeof secp256k1 {
  return spec === "ECC_NIST_P256" ? p256 : secp256k1;
}

function signatureOf(spec: DoubleKey["spec"], digest: Uint8Array, secret: Uint8Array): Uint8Array {
  const options = { prehash: false, lowS: false, extraEntropy: true, format: "der" } as const;
  return curveOf(spec).sign(digest, secret, options);
}

function isHighS(spec: DoubleKey["spec"], signature: Uint8Array): boolean {
  return curveOf(spec).Signature.fromBytes(signature, "der").hasHighS();
}

function spkiOf(spec: DoubleKey["spec"], secret: Uint8Array): Buffer {
  const curve = spec === "ECC_NIST_P256" ? "1.2.840.10045.3.1.7" : "1.3.132.0.10";
  const algorithm = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid(curve));
  const point = curveOf(spec).getPublicKey(secret, false);
  const spki = Buffer.from(der.sequence(algorithm, der.bits(point)));
  // Read back by another implementation: a double that answers nonsense would prove nothing.
  createPublicKey({ key: spki, format: "der", type: "spki" });
  return spki;
}
