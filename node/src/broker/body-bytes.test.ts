import fc from "fast-check";
import { expect, test } from "vitest";
import { BodyBytes } from "./body-bytes.ts";

const pieces = fc.array(
  fc.uint8Array({ maxLength: 6_000 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 12 },
);

test("however a body is cut up, it is the same text, up to the cap and not beyond", () => {
  fc.assert(
    fc.property(pieces, fc.nat(20_000), (body, mostBytes) => {
      const bytes = new BodyBytes(mostBytes);
      const taken = body.map((piece) => bytes.add(piece));
      const kept = body.filter((_, index) => taken[index]);
      const whole = Buffer.concat(kept);
      expect(bytes.text()).toBe(whole.toString("utf8"));
      expect(whole.length).toBeLessThanOrEqual(mostBytes);
      expect(taken.every((isTaken) => isTaken)).toBe(Buffer.concat(body).length <= mostBytes);
    }),
  );
});

test("a letter that is cut in two is one letter", () => {
  const bytes = new BodyBytes(100);
  for (const byte of Buffer.from("grüß 🙂")) expect(bytes.add(Buffer.from([byte]))).toBe(true);
  expect(bytes.text()).toBe("grüß 🙂");
});
