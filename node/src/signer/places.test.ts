import fc from "fast-check";
import { expect, test } from "vitest";
import { Places, placeKey, placeOf } from "./places.ts";

test("the table remembers the first content of every place, like a map", () => {
  const entry = fc.record({ name: fc.nat(400), content: fc.nat(5), offset: fc.nat(2 ** 40) });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 3_000 }), (entries) => {
      const places = new Places();
      const model = new Map<string, { content: string; offset: number }>();
      for (const { name, content, offset } of entries) {
        const place = placeOf(String(name), String(content));
        places.add(place, offset);
        if (!model.has(String(name))) model.set(String(name), { content: String(content), offset });
      }
      expect(places.size).toBe(model.size);
      for (const [name, known] of model) {
        const found = places.get(placeKey(name));
        expect(found?.offset).toBe(known.offset);
        expect(found?.content.equals(placeOf(name, known.content).content)).toBe(true);
      }
      expect(places.get(placeKey("another"))).toBeNull();
    }),
    { numRuns: 30 },
  );
});
