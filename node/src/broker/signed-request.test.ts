import { readdirSync, readFileSync } from "node:fs";
import type { HttpStep, Plan } from "@deed/protocol/plan";
import type { EffectResult, HttpRequest, Occurrence, RunStart } from "@deed/protocol/runtime";
import { run } from "@deed/protocol/runtime";
import { describe, expect, test } from "vitest";
import { httpStep } from "./broker.testing.ts";
import { foreignPart } from "./signed-request.ts";

const step: HttpStep = httpStep({
  url: "https://api.example.com/v1/${event.to}/items?q=${input.x}&limit=5",
  method: "POST",
  headers: { authorization: "Bearer ${input.x}", "x-fixed": "one" },
  body: {
    type: "json",
    value: {
      text: "sent ${input.a} to ${input.b}",
      all: "${input.x}",
      fixed: [1, true, null, { deep: "yes" }],
    },
  },
});
const request: HttpRequest = {
  method: "POST",
  url: "https://api.example.com/v1/bob%2Fx/items?q=1&limit=5",
  headers: { authorization: "Bearer t", "x-fixed": "one", "content-type": "application/json" },
  body: '{"all":{"any":["thing"]},"fixed":[1,true,null,{"deep":"yes"}],"text":"sent 5 to bob"}',
  idempotencyKey: "0x",
};
const changed = (changes: Partial<HttpRequest>) => foreignPart(step, { ...request, ...changes });

test("what the templates give is the step's", () => {
  expect(foreignPart(step, request)).toBeNull();
});

describe("a URL is refused", () => {
  test.each([
    ["with another path", "https://api.example.com/v1/bob/admin?q=1&limit=5"],
    ["with a segment more", "https://api.example.com/v1/a/b/items?q=1&limit=5"],
    ["with a parameter more", "https://api.example.com/v1/a/items?q=1&admin=1&limit=5"],
    ["with another end", "https://api.example.com/v1/a/items?q=1&limit=50"],
    ["with a fragment", "https://api.example.com/v1/a/items?q=1#&limit=5"],
    ["with a line end", "https://api.example.com/v1/a/items?q=1\r\nx: y&limit=5"],
    ["without its end", "https://api.example.com/v1/a/items?q=1"],
    ["with a character that is not encoded", "https://api.example.com/v1/ü/items?q=1&limit=5"],
    ["that climbs out of a segment", "https://api.example.com/v1/../items?q=1&limit=5"],
    ["that climbs out in escapes", "https://api.example.com/v1/%2e%2E/items?q=1&limit=5"],
    ["that leaves a segment out", "https://api.example.com/v1/./items?q=1&limit=5"],
  ])("%s", (_, url) => {
    expect(changed({ url })).toBe("url");
  });
});

describe("headers are refused", () => {
  const { headers } = request;
  const { authorization: _, ...without } = headers;
  test.each<[string, HttpRequest["headers"]]>([
    ["with another fixed value", { ...headers, "x-fixed": "two" }],
    ["with another fixed part", { ...headers, authorization: "Basic t" }],
    ["with a line end", { ...headers, authorization: "Bearer t\r\nhost: evil" }],
    ["with a bare line feed", { ...headers, authorization: "Bearer t\nx: y" }],
    [
      "with a character of two bytes",
      { ...headers, authorization: "Bearer \u010d\u010ahost: evil" },
    ],
    ["with one more", { ...headers, cookie: "a=b" }],
    ["with a name in other case", { ...without, Authorization: "Bearer t" }],
    ["without one", without],
    ["with another content type", { ...headers, "content-type": "text/html" }],
  ])("%s", (_name, changes) => {
    expect(changed({ headers: changes })).toBe("header");
  });
});

describe("a body is refused", () => {
  test.each([
    ["with another fixed text", request.body!.replace("sent", "kept")],
    ["with another fixed value", request.body!.replace("true", "false")],
    ["with a name more", request.body!.replace('{"all"', '{"added":1,"all"')],
    ["with a name less", '{"all":1,"text":"sent 5 to bob"}'],
    ["with a name twice", request.body!.replace('{"all"', '{"all":1,"all"')],
    ["with blanks", ` ${request.body}`],
    ["with an element more", request.body!.replace("null,", "null,null,")],
    ["that is no JSON", "{"],
    ["that is left out", null],
  ])("%s", (_, body) => {
    expect(changed({ body })).toBe("body");
  });

  test("where the step has none", () => {
    const { body: _, ...rest } = step;
    const bare: HttpStep = { ...rest, headers: {}, body: null };
    expect(foreignPart(bare, { ...request, headers: {}, body: null })).toBeNull();
    expect(foreignPart(bare, { ...request, headers: {}, body: "" })).toBe("body");
  });
});

interface Golden {
  readonly plan: Plan;
  readonly occurrence: Occurrence;
  readonly start: RunStart;
  readonly results: readonly EffectResult[];
}

const folder = new URL("../../../protocol/vectors/transcripts/", import.meta.url);

test.each(readdirSync(folder).filter((name) => name.startsWith("v1-")))(
  "every request of %s is its step's",
  (file) => {
    const golden = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Golden;
    const { plan, occurrence, start, results } = golden;
    const going = run(plan, occurrence, start);
    let next = 0;
    let at = going.next();
    while (at.done !== true) {
      const asked = at.value;
      if (asked.kind === "http") {
        expect(foreignPart(plan.steps[asked.stepIndex] as HttpStep, asked.request)).toBeNull();
      }
      at = going.next(asked.kind === "pause" ? results[0]! : results[next++]!);
    }
  },
);
