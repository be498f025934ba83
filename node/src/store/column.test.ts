import { expect, test } from "vitest";
import { interned, json } from "./column.ts";

test("equal values are one object, as long as they are among the newest", () => {
  const column = interned(json<{ readonly n: number }>(), 2);
  const first = column.decode('{"n":1}');
  expect(first).toEqual({ n: 1 });
  expect(column.decode('{"n":1}')).toBe(first);
  column.decode('{"n":2}');
  column.decode('{"n":3}');
  const again = column.decode('{"n":1}');
  expect(again).toEqual(first);
  expect(again).not.toBe(first);
  expect(column.encode({ n: 4 })).toBe('{"n":4}');
});
