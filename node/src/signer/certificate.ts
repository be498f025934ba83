import { createHash } from "node:crypto";
import * as der from "./der.ts";
import type { CertificateSigner } from "./node-keys.ts";

const ECDSA_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"));
const COMMON_NAME = der.oid("2.5.4.3");
const URI_NAME = 6;
// Fixed, so that a node's CA certificate says the same after every start. The leaf's hour is what expires.
const CA_FROM_SEC = Date.UTC(2024, 0, 1) / 1000;
const CA_TO_SEC = Date.UTC(2049, 11, 31) / 1000;

/** The name of a node in certificates (spec 10). */
export interface CertificateName {
  readonly nodeNo: number;
  readonly chainId: number;
}

/** Trust domain of one node: its CA may name nothing else. */
export function trustDomain(name: CertificateName): string {
  return `node-${name.nodeNo}.${name.chainId}.deed`;
}

/** SPIFFE id of a node. */
export function nodeUri(name: CertificateName): string {
  return `spiffe://${trustDomain(name)}/node`;
}

/** Self-signed CA certificate of a node, constrained to its own trust domain. DER. */
export async function issueCa(name: CertificateName, key: CertificateSigner): Promise<Uint8Array> {
  const domain = trustDomain(name);
  const permitted = der.sequence(der.tagged(URI_NAME, Buffer.from(domain, "latin1")));
  return certificate(
    {
      serial: sha256(key.publicKeySpki).subarray(0, 16),
      issuer: domain,
      subject: domain,
      fromSec: CA_FROM_SEC,
      toSec: CA_TO_SEC,
      publicKeySpki: key.publicKeySpki,
      extensions: [
        critical("2.5.29.19", der.sequence(der.boolean(true), der.integer(Uint8Array.of(0)))),
        // keyCertSign.
        critical("2.5.29.15", der.bits(Uint8Array.of(0x04), 2)),
        critical("2.5.29.30", der.sequence(der.explicit(0, permitted))),
        plain("2.5.29.14", der.octets(keyId(key.publicKeySpki))),
      ],
    },
    key,
  );
}

/** What a leaf certificate says. */
export interface Leaf {
  readonly publicKeySpki: Uint8Array;
  readonly uri: string;
  readonly fromSec: number;
  readonly toSec: number;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
}

/** Leaf certificate for TLS, both sides. DER. */
export async function issueLeaf(
  leaf: Leaf,
  name: CertificateName,
  key: CertificateSigner,
): Promise<Uint8Array> {
  const alternative = der.tagged(URI_NAME, Buffer.from(leaf.uri, "latin1"));
  return certificate(
    {
      serial: leaf.serial,
      issuer: trustDomain(name),
      subject: `node-${name.nodeNo}`,
      fromSec: leaf.fromSec,
      toSec: leaf.toSec,
      publicKeySpki: leaf.publicKeySpki,
      extensions: [
        critical("2.5.29.19", der.sequence()),
        // digitalSignature.
        critical("2.5.29.15", der.bits(Uint8Array.of(0x80), 7)),
        plain(
          "2.5.29.37",
          der.sequence(der.oid("1.3.6.1.5.5.7.3.1"), der.oid("1.3.6.1.5.5.7.3.2")),
        ),
        plain("2.5.29.17", der.sequence(alternative)),
        plain("2.5.29.35", der.sequence(der.tagged(0, keyId(key.publicKeySpki)))),
      ],
    },
    key,
  );
}

/** What a certificate between a node and its signer says. */
export interface LinkName {
  readonly name: string;
  readonly publicKeySpki: Uint8Array;
  readonly fromSec: number;
  readonly toSec: number;
  /** 16 bytes; the first bit is cleared. */
  readonly serial: Uint8Array;
}

/** Self-signed certificate of one end of such a link: its key is what the other end knows. DER. */
export async function issueLink(link: LinkName, key: CertificateSigner): Promise<Uint8Array> {
  const { name, publicKeySpki, fromSec, toSec, serial } = link;
  return certificate(
    {
      ...{ serial, publicKeySpki, fromSec, toSec, issuer: name, subject: name },
      extensions: [
        critical("2.5.29.19", der.sequence()),
        // digitalSignature.
        critical("2.5.29.15", der.bits(Uint8Array.of(0x80), 7)),
      ],
    },
    key,
  );
}

interface Content {
  readonly serial: Uint8Array;
  readonly issuer: string;
  readonly subject: string;
  readonly fromSec: number;
  readonly toSec: number;
  readonly publicKeySpki: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

async function certificate(content: Content, key: CertificateSigner): Promise<Uint8Array> {
  const signed = der.sequence(
    der.explicit(0, der.integer(Uint8Array.of(2))),
    der.integer(content.serial),
    ECDSA_SHA256,
    nameOf(content.issuer),
    der.sequence(der.time(content.fromSec), der.time(content.toSec)),
    nameOf(content.subject),
    content.publicKeySpki,
    der.explicit(3, der.sequence(...content.extensions)),
  );
  return der.sequence(signed, ECDSA_SHA256, der.bits(await key.sign(signed)));
}

function nameOf(text: string): Uint8Array {
  return der.sequence(der.set(der.sequence(COMMON_NAME, der.utf8(text))));
}

function critical(id: string, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(id), der.boolean(true), der.octets(value));
}

function plain(id: string, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(id), der.octets(value));
}

// SHA-1 of the key's bits is what everybody uses; any value that tells keys apart would do.
function keyId(spki: Uint8Array): Uint8Array {
  return sha256(spki).subarray(0, 20);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
