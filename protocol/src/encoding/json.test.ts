import { expect, expectTypeOf, test } from "vitest";
import { asJson, type Json, type JsonShaped } from "./json.ts";

interface Whole {
  readonly text: string;
  readonly list: readonly { readonly count: number; readonly none: null }[];
  readonly left?: boolean;
}

test("an interface that JSON can hold is JSON, the very same object", () => {
  const whole: Whole = { text: "a", list: [{ count: 1, none: null }] };
  const json: Json = asJson(whole);
  expect(json).toBe(whole);
});

test("what JSON cannot hold is never JSON, however deep it lies", () => {
  expectTypeOf<JsonShaped<{ readonly a: bigint }>>().toEqualTypeOf<{ readonly a: never }>();
  expectTypeOf<JsonShaped<{ readonly a: unknown }>>().toEqualTypeOf<{ readonly a: never }>();
  expectTypeOf<JsonShaped<readonly { readonly a: () => void }[]>>().toEqualTypeOf<
    readonly { readonly a: never }[]
  >();
  expectTypeOf<JsonShaped<{ readonly a: undefined }>>().toEqualTypeOf<{ readonly a: never }>();
  expectTypeOf<JsonShaped<Json>>().toEqualTypeOf<Json>();
});
