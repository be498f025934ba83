import { compileWorkflow } from "@deed/protocol/intent";
import { expect, test } from "vitest";
import { fillIn } from "./fill-in.ts";

const template = `Name: DYNAMIC_NAME_PLACEHOLDER
Trigger:
  ExecuteAfter: immediate
  ExpiresIn: DYNAMIC_TIMESTAMP_PLACEHOLDER
  ActionStatusNotificationPOSTURL: https://example.com/status#!/view
Actions:
  - Name: tell
    Type: post
    APIEndpoint: https://example.com/bot<YOUR_BOT_TOKEN>/send
`;
const compile = (yaml: string) =>
  compileWorkflow(yaml, { fileName: "t.yaml", chains: { ledger: 31337, others: [] } });
const terms = { file: "t.yaml", expiresSec: 1_893_456_000 };

test("what a template leaves to be filled in is filled in, and told", () => {
  const filled = fillIn(template, terms, compile);
  expect(filled?.words).toHaveLength(4);
  expect(filled?.yaml).toContain("ExpiresIn: 1893456000");
  expect(filled?.yaml).toContain("/botfilled-in/send");
  expect(filled?.yaml).toContain("POSTURL: https://example.com/status\n");
  expect(compile(filled?.yaml ?? "")).toMatchObject({ ok: true });
});

test("a file with another mistake is left alone, and so is one that compiles", () => {
  expect(fillIn(template.replace("immediate", "sometimes"), terms, compile)).toBeNull();
  const whole = fillIn(template, terms, compile)?.yaml ?? "";
  expect(fillIn(whole, terms, compile)).toBeNull();
});
