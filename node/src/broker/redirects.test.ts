import { expect, test } from "vitest";
import { openBench } from "./bench.testing.ts";

const { ask, serve } = openBench();

test("a redirect is a response and is not followed", async () => {
  let hits = 0;
  const origin = await serve((_request, response) => {
    hits += 1;
    response.writeHead(302, { location: "http://169.254.169.254/" }).end();
  });
  const result = await ask(origin);
  expect(result.output).toMatchObject({ status: 302 });
  expect(hits).toBe(1);
});
