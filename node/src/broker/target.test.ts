import { expect, test } from "vitest";
import { effectOf, httpStep, planOf } from "./broker.testing.ts";
import { plannedHttp } from "./target.ts";

const plan = planOf(
  httpStep({
    url: "https://api.example.com/v1/${event.to}?q=${input.x}",
    headers: { authorization: "x" },
  }),
);
const headers = { authorization: "x" };
const target = (url: string, request = {}) =>
  plannedHttp(plan, effectOf(plan, 0, { url, headers, ...request }));

test.each(["https://api.example.com/v1/abc?q=1", "https://api.example.com/v1/a%2Fb?q="])(
  "%s is in the plan",
  (url) => {
    expect(target(url).step.id).toBe("tell");
  },
);

test.each([
  ["another host", "https://evil.example.com/v1/a"],
  ["another port", "https://api.example.com:8443/v1/a"],
  ["another scheme", "http://api.example.com/v1/a"],
  ["a file", "file:///etc/passwd"],
  ["a user", "https://user@api.example.com/v1/a"],
  ["a user that looks like the host", "https://api.example.com@evil.example.com/v1/a"],
  ["a path outside the prefix", "https://api.example.com/admin"],
  ["another spelling of the host", "https://API.example.com:443/v1/abc?q=1"],
  ["a path that goes on", "https://api.example.com/v1/a/b?q=1"],
  ["a path that climbs out", "https://api.example.com/v1/../admin"],
  ["a path that climbs out in escapes", "https://api.example.com/v1/%2e%2e/admin"],
  ["a backslash", "https://api.example.com\\@evil.example.com/v1/a"],
  ["no URL", "api.example.com/v1/a"],
])("%s is refused", (_name, url) => {
  expect(() => target(url)).toThrowError(expect.objectContaining({ code: "ORIGIN_REFUSED" }));
});

test.each([
  ["decimal", "http://2130706433/"],
  ["octal", "http://0177.0.0.1/"],
  ["hexadecimal", "http://0x7f.0.0.1/"],
  ["short", "http://127.1/"],
])("an IPv4 address in %s form is refused, even where the plan has it", (_name, url) => {
  const odd = planOf(httpStep({ url, origin: "http://127.0.0.1" }));
  expect(() => plannedHttp(odd, effectOf(odd, 0))).toThrowError(
    expect.objectContaining({ code: "ORIGIN_REFUSED" }),
  );
});

test.each([
  ["another method", { method: "DELETE" }],
  ["a header that the step has not", { headers: { ...headers, cookie: "a" } }],
  ["a header that the broker sets", { headers: { ...headers, host: "evil.example.com" } }],
  ["a body where the step has none", { body: "x" }],
])("%s is refused", (_name, request) => {
  expect(() => target("https://api.example.com/v1/a?q=1", request)).toThrowError(
    expect.objectContaining({ code: "NOT_PERMITTED" }),
  );
});

test("another step's index is refused", () => {
  expect(() => plannedHttp(plan, { ...effectOf(plan, 0), stepIndex: 1 })).toThrow();
  expect(() => plannedHttp(plan, { ...effectOf(plan, 0), stepId: "other" })).toThrow();
});
