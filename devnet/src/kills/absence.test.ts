import fc from "fast-check";
import { expect, test } from "vitest";
import { awayMs, enoughMs, longestPresenceMs, restMs, type Span } from "./absence.ts";

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

const absence = fc
  .tuple(fc.integer({ min: 80, max: 220 }), fc.integer({ min: 1, max: 40 }))
  .map(([fromMs, length]) => ({ fromMs, untilMs: fromMs + length }));

test("it is what counting each moment gives", () => {
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

test("a start that took very long excuses no longer idleness, but the node is left alone for it", () => {
  expect(enoughMs(10_000)).toBe(20_000);
  expect(enoughMs(30_000)).toBe(20_000);
  expect(restMs(30_000)).toBe(60_000);
});

test("time in which several were away counts once", () => {
  const span = (fromMs: number, untilMs: number): Span => ({ fromMs, untilMs });
  expect(awayMs([])).toBe(0);
  expect(awayMs([span(10, 20), span(30, 35)])).toBe(15);
  expect(awayMs([span(10, 20), span(10, 20), span(15, 25)])).toBe(15);
  expect(awayMs([span(12, 14), span(10, 20)])).toBe(10);
  fc.assert(
    fc.property(fc.array(absence, { maxLength: 8 }), (absences) => {
      const moments = new Set<number>();
      for (const { fromMs, untilMs } of absences) {
        for (let ms = fromMs; ms < untilMs; ms += 1) moments.add(ms);
      }
      expect(awayMs(absences)).toBe(moments.size);
    }),
  );
});
