import {
  encodeSealedBox,
  type Hex,
  hexToBytes,
  MAX_SEALED_BYTES,
  type SealedPurpose,
  sealedInfo,
  sealingKeyId,
} from "@deed/protocol/encoding";
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";

export interface SealOptions extends SealedPurpose {
  /** The node's sealing key as the registry has it: x ‖ y, 64 bytes. */
  readonly sealing: Hex;
}

/**
 * Encrypts to one node, for one workflow (spec 15). Randomness is the platform's.
 * Errors: RangeError for too much, and the library's for what is no key.
 */
export async function sealBox(options: SealOptions, content: Uint8Array): Promise<Uint8Array> {
  if (content.length > MAX_SEALED_BYTES) throw new RangeError(`above ${MAX_SEALED_BYTES} bytes`);
  const suite = new CipherSuite({
    kem: new DhkemP256HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  });
  const point = Uint8Array.of(4, ...hexToBytes(options.sealing));
  const recipientPublicKey = await suite.kem.deserializePublicKey(point);
  const info = sealedInfo(options);
  const { ct, enc } = await suite.seal({ recipientPublicKey, info }, content);
  return encodeSealedBox({
    keyId: sealingKeyId(options.sealing),
    enc: new Uint8Array(enc),
    ciphertext: new Uint8Array(ct),
  });
}
