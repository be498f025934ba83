import fc from "fast-check";
import { expect, test } from "vitest";
import { enoughMs, longestPresenceMs, type Span } from "./absence.ts";

const SPAN: Span = { fromMs: 100, untilMs: 200 };

function longest(...absences: readonly (readonly [number, number])[]): number {
  const away = absences.map(([fromMs, untilMs]) => ({ fromMs, untilMs }));
  return longestPresenceMs(SPAN, away);
}

test("the longest presence is what absences leave of a span", () => {
  expect(longest()).toBe(100);
  expect(longest([0, 50], [300, 400])).toBe(100);
  expect(longest([50, 130])).toBe(70);
  expect(longest([120, 160], [140, 190])).toBe(20);
  expect(longest([150, 190], [90, 120])).toBe(30);
  expect(longest([0, 300])).toBe(0);
});

test("it is what counting each moment gives", () => {
  const absence = fc
    .tuple(fc.integer({ min: 80, max: 220 }), fc.integer({ min: 1, max: 40 }))
    .map(([fromMs, length]) => ({ fromMs, untilMs: fromMs + length }));
  fc.assert(
    fc.property(fc.array(absence, { maxLength: 8 }), (absences) => {
      let run = 0;
      let most = 0;
      for (let ms = SPAN.fromMs; ms < SPAN.untilMs; ms += 1) {
        const isAway = absences.some(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs);
        run = isAway ? 0 : run + 1;
        most = Math.max(most, run);
      }
      expect(longestPresenceMs(SPAN, absences)).toBe(most);
    }),
  );
});

test("a slow machine's nodes are given longer", () => {
  expect(enoughMs(1_000)).toBe(5_000);
  expect(enoughMs(6_000)).toBe(12_000);
});
