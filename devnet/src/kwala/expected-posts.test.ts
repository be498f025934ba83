import { expect, test } from "vitest";
import { expectedPosts, isSameBody } from "./expected-posts.ts";

const yaml = `Name: n
Trigger: { ActionStatusNotificationPOSTURL: https://example.com/status }
Actions:
  - Name: tell
    Type: post
    APIEndpoint: https://example.com/{{re.event(1)}}
    APIPayload: { text: "re.event(0) of re.event(1)", list: [1, re.event(0)], big: 123456789012345678901 }
  - { Name: ping, Type: post, APIEndpoint: https://example.com/ping, APIPayload: { Message: NA } }
  - { Name: act, Type: call }
`;

test("posts are read from the file's text, with the event's parameters in their places", () => {
  expect(expectedPosts(yaml, { texts: ["5", "a b"], toldAs: null })).toEqual([
    {
      url: "https://example.com/a%20b",
      body: { text: "5 of a b", list: [1n, "5"], big: 123456789012345678901n },
    },
    { url: "https://example.com/ping", body: null },
  ]);
});

test("each action's end is told where the file says so", () => {
  const told = expectedPosts(yaml, { texts: ["5", "x"], toldAs: "n" }).slice(2);
  expect(told.map(({ body }) => body)).toEqual(
    ["tell", "ping", "act"].map((action) => ({ workflow: "n", action, status: "ok" })),
  );
});

test("a number may come as text; anything else is another body", () => {
  expect(isSameBody({ a: 5n, b: [true, null] }, { a: "5", b: [true, null] })).toBe(true);
  expect(isSameBody({ a: 5n }, { a: 6 })).toBe(false);
  expect(isSameBody({ a: 5n }, { a: 5, b: 1 })).toBe(false);
  expect(isSameBody({ a: 5n }, { b: 5 })).toBe(false);
  expect(isSameBody([1n], { 0: 1 })).toBe(false);
  expect(isSameBody([1n], [1, 2])).toBe(false);
  expect(isSameBody({}, null)).toBe(false);
});
