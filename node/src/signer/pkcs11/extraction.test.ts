import { randomBytes } from "node:crypto";
import type { Handle } from "pkcs11js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KeyName } from "../key-tier.ts";
import * as ck from "./constants.ts";
import { returnValueOf } from "./cryptoki.ts";
import {
  createSoftHsm,
  isWithoutSoftHsm,
  KEY_LABELS,
  SOFTHSM_NEEDED,
  type SoftHsm,
} from "./softhsm.testing.ts";
import { findObjects } from "./token-object.ts";

const CKA_COPYABLE = 0x171;
const CKA_ENCRYPT = 0x104;
const CKK_AES = 0x1f;
const CKM_AES_KEY_GEN = 0x1080;
const CKM_AES_KEY_WRAP = 0x2109;
const CKM_AES_KEY_WRAP_PAD = 0x210a;
const CKM_ECDH1_DERIVE = 0x1050;
const CKD_NULL = 1;
/** What the package calls this kind of parameter. */
const CK_PARAMS_EC_DH = 6;

const CKR_ACTION_PROHIBITED = 0x1b;
const CKR_ATTRIBUTE_READ_ONLY = 0x10;
const CKR_ATTRIBUTE_SENSITIVE = 0x11;
const CKR_KEY_FUNCTION_NOT_PERMITTED = 0x68;
const CKR_KEY_UNEXTRACTABLE = 0x6a;
const CKR_OBJECT_HANDLE_INVALID = 0x82;

const ATTEMPTED = ["duty", "action", "tlsCa", "beacon"] as const;

// With everything that the signer itself has: the logged-in session. Each attempt must be refused by the device.
describe.skipIf(isWithoutSoftHsm)(`taking a key out of its token${SOFTHSM_NEEDED}`, () => {
  let hsm: SoftHsm;
  let session: ReturnType<SoftHsm["openSession"]>;
  let wrapping: Handle;

  beforeAll(() => {
    hsm = createSoftHsm();
    session = hsm.openSession();
    wrapping = session.library.C_GenerateKey(session.handle, { mechanism: CKM_AES_KEY_GEN }, [
      { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
      { type: ck.CKA_KEY_TYPE, value: CKK_AES },
      { type: ck.CKA_VALUE_LEN, value: 32 },
      { type: ck.CKA_TOKEN, value: false },
      { type: ck.CKA_WRAP, value: true },
      { type: CKA_ENCRYPT, value: true },
    ]);
  }, 30_000);
  afterAll(() => {
    session?.end();
    hsm?.remove();
  });

  function keyOf(name: KeyName): Handle {
    const objectClass = name === "beacon" ? ck.CKO_SECRET_KEY : ck.CKO_PRIVATE_KEY;
    return findObjects(session, objectClass, KEY_LABELS[name])[0]!;
  }

  /** The device's answer; 0 when it did what it was asked. */
  function answerTo(attempt: () => unknown): number {
    try {
      attempt();
      return 0;
    } catch (error) {
      return returnValueOf(error) ?? -1;
    }
  }

  for (const name of ATTEMPTED) {
    test(`${name}: its value is not read`, () => {
      const { library, handle } = session;
      const read = () => library.C_GetAttributeValue(handle, keyOf(name), [{ type: ck.CKA_VALUE }]);
      expect(answerTo(read)).toBe(CKR_ATTRIBUTE_SENSITIVE);
    });

    test(`${name}: it is not wrapped under another key`, () => {
      const { library, handle } = session;
      for (const mechanism of [CKM_AES_KEY_WRAP, CKM_AES_KEY_WRAP_PAD]) {
        const room = Buffer.alloc(256);
        const wrap = () => library.C_WrapKey(handle, { mechanism }, wrapping, keyOf(name), room);
        expect(answerTo(wrap)).toBe(CKR_KEY_UNEXTRACTABLE);
      }
    });

    test(`${name}: it is not made extractable or readable`, () => {
      const { library, handle } = session;
      for (const change of [
        { type: ck.CKA_EXTRACTABLE, value: true },
        { type: ck.CKA_SENSITIVE, value: false },
        { type: ck.CKA_MODIFIABLE, value: true },
        { type: CKA_COPYABLE, value: true },
      ]) {
        const alter = () => library.C_SetAttributeValue(handle, keyOf(name), [change]);
        expect([CKR_ACTION_PROHIBITED, CKR_ATTRIBUTE_READ_ONLY]).toContain(answerTo(alter));
      }
    });

    test(`${name}: no copy of it is extractable or readable`, () => {
      const { library, handle } = session;
      for (const change of [
        { type: ck.CKA_EXTRACTABLE, value: true },
        { type: ck.CKA_SENSITIVE, value: false },
      ]) {
        const copy = () => library.C_CopyObject(handle, keyOf(name), [change]);
        expect([CKR_ACTION_PROHIBITED, CKR_ATTRIBUTE_READ_ONLY]).toContain(answerTo(copy));
      }
    });
  }

  test("a key that may leave does leave: these attempts can succeed", () => {
    const { library, handle } = session;
    const value = randomBytes(32);
    const open = library.C_CreateObject(handle, [
      { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
      { type: ck.CKA_KEY_TYPE, value: ck.CKK_GENERIC_SECRET },
      { type: ck.CKA_VALUE, value },
      { type: ck.CKA_TOKEN, value: false },
      { type: ck.CKA_SENSITIVE, value: false },
      { type: ck.CKA_EXTRACTABLE, value: true },
    ]);
    const [read] = library.C_GetAttributeValue(handle, open, [{ type: ck.CKA_VALUE }]);
    expect(Buffer.from(read!.value as Buffer)).toEqual(value);
    const room = Buffer.alloc(256);
    const wrap = () =>
      library.C_WrapKey(handle, { mechanism: CKM_AES_KEY_WRAP }, wrapping, open, room);
    expect(answerTo(wrap)).toBe(0);
    const copy = () =>
      library.C_CopyObject(handle, open, [{ type: ck.CKA_LABEL, value: "a copy" }]);
    expect(answerTo(copy)).toBe(0);
  });

  test("no secret is derived from the CA key, nor is anything signed once it is logged out", () => {
    const { library, handle } = session;
    const [publicKey] = findObjects(session, ck.CKO_PUBLIC_KEY, KEY_LABELS.tlsCa);
    const [point] = library.C_GetAttributeValue(handle, publicKey!, [{ type: ck.CKA_EC_POINT }]);
    const parameter = {
      type: CK_PARAMS_EC_DH,
      kdf: CKD_NULL,
      publicData: (point!.value as Buffer).subarray(2),
    };
    const derive = () =>
      library.C_DeriveKey(handle, { mechanism: CKM_ECDH1_DERIVE, parameter }, keyOf("tlsCa"), [
        { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
        { type: ck.CKA_KEY_TYPE, value: ck.CKK_GENERIC_SECRET },
        { type: ck.CKA_VALUE_LEN, value: 32 },
        { type: ck.CKA_SENSITIVE, value: false },
        { type: ck.CKA_EXTRACTABLE, value: true },
      ]);
    expect(answerTo(derive)).toBe(CKR_KEY_FUNCTION_NOT_PERMITTED);

    const duty = keyOf("duty");
    library.C_Logout(handle);
    const sign = () => library.C_SignInit(handle, { mechanism: ck.CKM_ECDSA }, duty);
    expect(answerTo(sign)).toBe(CKR_OBJECT_HANDLE_INVALID);
    expect(findObjects(session, ck.CKO_PRIVATE_KEY, KEY_LABELS.duty)).toEqual([]);
    library.C_Login(handle, ck.CKU_USER, hsm.pin);
  });
});
