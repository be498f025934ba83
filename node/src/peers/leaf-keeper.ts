import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { Hex } from "@deed/protocol/encoding";
import type { Clock } from "../clock.ts";
import type { LeafMaterial } from "../links/secure-context.ts";
import type { Logger } from "../telemetry/logger.ts";
import { type NodeIdentity, nodeUri } from "./identity.ts";

export interface LeafToIssue {
  /** DER SubjectPublicKeyInfo of a key that this process made. */
  readonly publicKeySpki: Hex;
  readonly nodeUri: string;
  readonly validFromSec: number;
  readonly validToSec: number;
}

/** Whoever holds the node's CA key: the signer. */
export interface LeafIssuer {
  /** DER certificate of the node's CA. */
  caCertificate(): Promise<Hex>;
  /** DER certificate. */
  issueLeaf(leaf: LeafToIssue): Promise<Hex>;
}

export interface LeafOptions extends NodeIdentity {
  readonly lifetimeSec: number;
  /** How far a leaf begins in the past, for peers whose clocks are behind. */
  readonly backdateSec: number;
}

export interface LeafCollaborators {
  readonly issuer: LeafIssuer;
  readonly clock: Clock;
  readonly logger: Logger;
}

const RETRIES_PER_LIFE = 60;

/** Keeps a fresh leaf: a new key and certificate at half the life of the old one. */
export class LeafKeeper {
  readonly #options: LeafOptions;
  readonly #collaborators: LeafCollaborators;
  readonly #listeners = new Set<(material: LeafMaterial) => void>();
  #current: LeafMaterial;
  #timer: NodeJS.Timeout | undefined;

  /** Use `openLeafKeeper`. */
  constructor(options: LeafOptions, collaborators: LeafCollaborators, first: LeafMaterial) {
    this.#options = options;
    this.#collaborators = collaborators;
    this.#current = first;
    this.#schedule(options.lifetimeSec / 2);
  }

  get current(): LeafMaterial {
    return this.#current;
  }

  /** Calls back with each new leaf. Returns what ends that. */
  onRotated(listener: (material: LeafMaterial) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async rotate(): Promise<void> {
    this.#current = await newLeaf(this.#options, this.#collaborators);
    for (const listener of this.#listeners) listener(this.#current);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #schedule(afterSec: number): void {
    this.#timer = setTimeout(() => {
      const { lifetimeSec } = this.#options;
      this.rotate().then(
        () => this.#schedule(lifetimeSec / 2),
        (error: unknown) => {
          this.#collaborators.logger.warn("Leaf certificate not renewed", { error: String(error) });
          this.#schedule(lifetimeSec / RETRIES_PER_LIFE);
        },
      );
    }, afterSec * 1000).unref();
  }
}

/** Makes the first leaf and keeps it fresh from then on. */
export async function openLeafKeeper(
  options: LeafOptions,
  collaborators: LeafCollaborators,
): Promise<LeafKeeper> {
  return new LeafKeeper(options, collaborators, await newLeaf(options, collaborators));
}

async function newLeaf(
  options: LeafOptions,
  { issuer, clock }: LeafCollaborators,
): Promise<LeafMaterial> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const nowSec = Math.floor(clock.nowMs() / 1000);
  const validToSec = nowSec + options.lifetimeSec;
  const [leaf, ca] = await Promise.all([
    issuer.issueLeaf({
      publicKeySpki: `0x${publicKey.toString("hex")}`,
      nodeUri: nodeUri(options),
      validFromSec: nowSec - options.backdateSec,
      validToSec,
    }),
    issuer.caCertificate(),
  ]);
  return {
    keyPem: privateKey,
    chainPem: `${pem(leaf)}${pem(ca)}`,
    notAfterMs: validToSec * 1000,
  };
}

function pem(der: Hex): string {
  const base64 = Buffer.from(der.slice(2), "hex").toString("base64");
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
