import { randomBytes } from "node:crypto";
import type { Handle } from "pkcs11js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KEY_NAMES, type KeyName } from "../key-tier.ts";
import * as ck from "./constants.ts";
import {
  answerTo,
  attemptsOn,
  createOpenSecret,
  createWrappingKey,
  EXTRACTION_ATTEMPTS,
  type Loot,
} from "./extraction-attempts.testing.ts";
import {
  createSoftHsm,
  isWithoutSoftHsm,
  KEY_LABELS,
  SOFTHSM_NEEDED,
  type SoftHsm,
} from "./softhsm.testing.ts";
import { attributeOf, findObjects, pointOf } from "./token-object.ts";

const CKR_OBJECT_HANDLE_INVALID = 0x82;

// With everything that the signer itself has: the logged-in session. Each attempt must be refused by the device.
describe.skipIf(isWithoutSoftHsm)(`taking a key out of its token${SOFTHSM_NEEDED}`, () => {
  let hsm: SoftHsm;
  let token: ReturnType<SoftHsm["openSession"]>;
  let wrapping: Handle;

  beforeAll(() => {
    hsm = createSoftHsm();
    token = hsm.openSession();
    wrapping = createWrappingKey(token.library, token.handle);
  }, 30_000);
  afterAll(() => {
    token?.end();
    hsm?.remove();
  });

  function keyOf(name: KeyName): Handle {
    const objectClass = name === "beacon" ? ck.CKO_SECRET_KEY : ck.CKO_PRIVATE_KEY;
    return findObjects(token, objectClass, KEY_LABELS[name])[0]!;
  }

  function loot(key: Handle, curveOf: KeyName): Loot {
    const [publicKey] = findObjects(token, ck.CKO_PUBLIC_KEY, KEY_LABELS[curveOf]);
    const point = pointOf(attributeOf(token, publicKey!, ck.CKA_EC_POINT)!)!;
    return { library: token.library, session: token.handle, key, wrapping, point };
  }

  for (const name of KEY_NAMES) {
    for (const { name: attempt, refusals, run } of attemptsOn(name)) {
      test(`${name}: it is refused that ${attempt}`, () => {
        const whole = loot(keyOf(name), name === "beacon" ? "duty" : name);
        expect(refusals).toContain(answerTo(() => run(whole)));
      });
    }
  }

  test("a key that may leave does leave: these attempts can succeed", () => {
    const { library, handle } = token;
    const value = randomBytes(32);
    const open = createOpenSecret(library, handle, value);
    const [read] = library.C_GetAttributeValue(handle, open, [{ type: ck.CKA_VALUE }]);
    expect(Buffer.from(read!.value as Buffer)).toEqual(value);
    const answers = EXTRACTION_ATTEMPTS.filter(({ name }) => /wrapped|value/.test(name)).map(
      ({ run }) => answerTo(() => run(loot(open, "duty"))),
    );
    expect(answers).toEqual([0, 0, 0]);
    const copy = () => library.C_CopyObject(handle, open, [{ type: ck.CKA_LABEL, value: "copy" }]);
    expect(answerTo(copy)).toBe(0);
  });

  test("nothing is signed, or even found, once it is logged out", () => {
    const { library, handle } = token;
    const duty = keyOf("duty");
    library.C_Logout(handle);
    const sign = () => library.C_SignInit(handle, { mechanism: ck.CKM_ECDSA }, duty);
    expect(answerTo(sign)).toBe(CKR_OBJECT_HANDLE_INVALID);
    expect(findObjects(token, ck.CKO_PRIVATE_KEY, KEY_LABELS.duty)).toEqual([]);
    library.C_Login(handle, ck.CKU_USER, hsm.pin);
  });
});
