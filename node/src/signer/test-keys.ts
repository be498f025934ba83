import { createECDH, randomBytes } from "node:crypto";
import { bytesToHex, hexToBytes, keccak256 } from "@deed/protocol/encoding";
import type { AuditLog } from "./audit-log.ts";
import { KEY_NAMES, type KeyName } from "./key-tier.ts";
import type { KeyUses } from "./key-uses.ts";
import type { NodeKeys } from "./node-keys.ts";
import type { OpenedKeys } from "./open-keys.ts";
import { SignerError } from "./signer-error.ts";

// No EIP-712 digest and no transaction begins with these bytes: what is signed here says nothing anywhere.
const PREFIX = Buffer.from("deed signer self-test ");

/**
 * Uses each key of a store once and checks the answer. The keystore's own code needs no such test. Each use is in
 * the log before it is made: a store that counts finds it explained. Errors: E_KEY_…, E_HALTED.
 */
export async function testKeys(
  log: AuditLog,
  { keys, standings }: Pick<OpenedKeys, "keys" | "standings">,
  uses: KeyUses,
): Promise<void> {
  const outside = KEY_NAMES.filter((name) => standings[name].store !== "keystore");
  if (outside.length === 0) return;
  const tests = outside.map((key) => ({ key, content: Buffer.concat([PREFIX, randomBytes(32)]) }));
  const logged = await log.append(
    tests.map(({ key, content }) => ({
      kind: "SelfTest",
      body: { key, content: content.toString("hex") },
    })),
  );
  for (const { entry } of logged) uses.apply(entry);
  for (const { key, content } of tests) await testKey(key, keys, content);
}

/** Uses one key, and checks what comes back. @param content Begins as no EIP-712 digest and no transaction does. Errors: E_KEY_…. */
export async function testKey(key: KeyName, keys: NodeKeys, content: Uint8Array): Promise<void> {
  switch (key) {
    case "duty":
    case "action":
      // Recovers the key's own address, or throws.
      await keys[key].sign(hexToBytes(keccak256(content)));
      return;
    case "tlsCa":
      await keys.tlsCa.sign(content);
      return;
    case "beacon": {
      const [one, other] = [await keys.beacon.mac(content), await keys.beacon.mac(content)];
      if (bytesToHex(one) === bytesToHex(other)) return;
      throw new SignerError({ code: "E_KEY_WRONG", key, reason: "two MACs of one content differ" });
    }
    case "sealing": {
      const other = createECDH("prime256v1");
      const point = new Uint8Array(other.generateKeys());
      const shared = await keys.sealing.sharedSecret(point);
      const expected = other.computeSecret(keys.sealing.publicKey);
      if (Buffer.compare(shared, expected) === 0) return;
      throw new SignerError({ code: "E_KEY_WRONG", key, reason: "not the secret of this key" });
    }
  }
}
