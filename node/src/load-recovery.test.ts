import { bytesToHex, nobleRecovery, wordHex } from "@deed/protocol/encoding";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadRecovery } from "./load-recovery.ts";
import { nobleCurve } from "./signer/curve.ts";

const recovery = loadRecovery();

test("native code and JavaScript find the same signer, and neither finds one for a malformed signature", () => {
  const digests = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const keys = fc.bigInt({ min: 1n, max: 2n ** 255n });
  fc.assert(
    fc.property(
      digests,
      keys,
      fc.nat({ max: 64 }),
      fc.nat({ max: 255 }),
      (digest, key, at, flip) => {
        const secret = Uint8Array.from(Buffer.from(wordHex(key).slice(2), "hex"));
        const signature = nobleCurve.sign(digest, secret);
        signature[at] = signature[at]! ^ flip;
        const given = [bytesToHex(digest), bytesToHex(signature)] as const;
        expect(recovery.recover(...given)).toBe(nobleRecovery.recover(...given));
      },
    ),
    { numRuns: 40 },
  );
});

test("what is no signature has no signer", () => {
  expect(recovery.recover(wordHex(1), "0x12")).toBeNull();
  expect(recovery.recover(wordHex(1), `0x${"00".repeat(64)}1b`)).toBeNull();
});
