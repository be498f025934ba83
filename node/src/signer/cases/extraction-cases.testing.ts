import { randomBytes } from "node:crypto";
import type { Handle } from "pkcs11js";
import { KEY_NAMES, type KeyName } from "../key-tier.ts";
import * as ck from "../pkcs11/constants.ts";
import {
  answerTo,
  attemptsOn,
  createOpenSecret,
  createWrappingKey,
  type Loot,
} from "../pkcs11/extraction-attempts.testing.ts";
import { createSoftHsm, KEY_LABELS } from "../pkcs11/softhsm.testing.ts";
import { attributeOf, findObjects, pointOf } from "../pkcs11/token-object.ts";
import type { KeyCase } from "./key-case.testing.ts";

/** Every attempt on every key of a token, with the signer's own session; and a control that succeeds. */
export const EXTRACTION_CASES: readonly KeyCase[] = [
  ...KEY_NAMES.flatMap((key) =>
    attemptsOn(key).map(({ name, refusals, run }) => ({
      group: "extraction" as const,
      name: `${key}, ${name}`,
      expected: refusals.map(nameOf).join(" or "),
      play: async () => inToken((loot) => answerTo(() => run(loot(key)))),
    })),
  ),
  {
    group: "extraction",
    name: "control, a secret that may leave is read",
    expected: nameOf(0),
    play: async () =>
      inToken((loot) => {
        const { library, session } = loot("duty");
        const open = createOpenSecret(library, session, randomBytes(32));
        const read = () => library.C_GetAttributeValue(session, open, [{ type: ck.CKA_VALUE }]);
        return answerTo(read);
      }),
  },
];

function nameOf(answer: number): string {
  return answer === 0 ? "done" : `CKR 0x${answer.toString(16)}`;
}

// A token of its own for each: no attempt profits from the one before.
function inToken(attempt: (loot: (key: KeyName) => Loot) => number): string {
  const hsm = createSoftHsm();
  const token = hsm.openSession();
  try {
    const { library, handle: session } = token;
    const wrapping = createWrappingKey(library, session);
    const find = (objectClass: number, key: KeyName): Handle =>
      findObjects(token, objectClass, KEY_LABELS[key])[0]!;
    const loot = (key: KeyName): Loot => {
      const isSecret = key === "beacon";
      const shown = find(ck.CKO_PUBLIC_KEY, isSecret ? "duty" : key);
      const point = pointOf(attributeOf(token, shown, ck.CKA_EC_POINT)!)!;
      const handle = find(isSecret ? ck.CKO_SECRET_KEY : ck.CKO_PRIVATE_KEY, key);
      return { library, session, key: handle, wrapping, point };
    };
    return nameOf(attempt(loot));
  } finally {
    token.end();
    hsm.remove();
  }
}
