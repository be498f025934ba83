import { expect, test } from "vitest";
import { errorOf, never, openBench } from "./bench.testing.ts";
import { jobOf } from "./broker.testing.ts";

const { openBroker, serve } = openBench();

test("an origin gets no more than its rate; who waits too long is told so", async () => {
  const origin = await serve((_request, response) => void response.end());
  const rate = { perSecond: 0.1, burst: 2, concurrent: 8, waiting: 8 };
  const { broker, plan, effect } = openBroker(origin, {
    options: { rate },
    step: { timeoutMs: 200 },
  });
  const { handle } = broker.open(jobOf(plan));
  const results = await Promise.all([1, 2, 3].map(() => handle(effect, never)));
  expect(results.map((result) => result.status).sort()).toEqual([0, 0, 1]);
  expect(results.map(errorOf)).toContainEqual(expect.objectContaining({ code: "RATE_LIMITED" }));
});
