import type { Pkcs11Config } from "../key-config.ts";
import type { KeyMaker } from "../key-maker.ts";
import * as ck from "./constants.ts";
import { createTokenKey, KEY_KINDS } from "./create-keys.ts";
import { openCryptoki } from "./cryptoki.ts";
import { findObjects } from "./token-object.ts";
import { TokenSession } from "./token-session.ts";

/** Makes keys on a token, by a session that may. Errors: E_KEY_MODULE, E_KEY_DEVICE, E_KEY_PIN. */
export function openTokenKeyMaker(config: Pkcs11Config, pin: string): KeyMaker {
  const { module, environment = {}, tokenLabel: label, serial, user = "user" } = config;
  const cryptoki = openCryptoki({ module, environment });
  const { library } = cryptoki;
  const place = { label, user, isWritable: true };
  try {
    const token = TokenSession.open(serial === undefined ? place : { ...place, serial }, {
      library,
      pin,
    });
    return {
      find: async (name, keyLabel) => {
        const secret = KEY_KINDS[name].kind === "mac" ? ck.CKO_SECRET_KEY : ck.CKO_PRIVATE_KEY;
        const isThere = findObjects(token, secret, keyLabel).length > 0;
        return isThere ? { kind: "pkcs11", label: keyLabel } : null;
      },
      make: async (name, keyLabel) => {
        createTokenKey(token, { name, label: keyLabel });
        return { kind: "pkcs11", label: keyLabel };
      },
      close: () => {
        token.close();
        cryptoki.close();
      },
    };
  } catch (error) {
    cryptoki.close();
    throw error;
  }
}
