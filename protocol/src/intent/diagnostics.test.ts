import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileWorkflow } from "./compile.ts";
import { DIAGNOSTIC_CODES, type Diagnostic, type DiagnosticCode } from "./diagnostic.ts";
import { KWALA_CASES } from "./kwala/diagnostic-cases.testing.ts";
import { registrationObstacles } from "./registration.ts";
import { renderDiagnostic } from "./render-diagnostic.ts";
import { diagnose, options, TOKEN, withCall, withStep, workflow } from "./workflow.testing.ts";

const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const http = (rest: string): string => withStep(`http: { method: GET, ${rest} }`);
const on = (text: string): string => workflow({ on: text });
const event = (text: string): string =>
  on(`on:\n  event:\n    contract: "${TOKEN}"\n    event: ${text}`);

/** «…» marks where the diagnostic must point; a suggestion that must be made stands third. */
const cases: readonly (readonly [DiagnosticCode, string, string?])[] = [
  ["DEED_CONTROL_CHARACTER", workflow({ summary: 'summary: "a«\u202e»b"' })],
  ["DEED_TOO_DEEP", `${"[".repeat(64)}«[»`],
  ["DEED_TOO_DEEP", `a:\n  ${"- ".repeat(64)}x`.replace("- ", "«-» ")],
  ["DEED_YAML_SYNTAX", 'deed: v1\nname: "a\n«»'],
  ["DEED_YAML_SYNTAX", "deed: v1\nname: [a\n«»"],
  ["DEED_YAML_DUPLICATE_KEY", workflow({ name: "name: a\n«name»: b" })],
  ["DEED_YAML_ANCHOR", workflow({ name: "name: «&a» sample" })],
  ["DEED_YAML_ALIAS", workflow({ name: "name: «*a»" })],
  ["DEED_YAML_TAG", workflow({ name: "name: «!!str» sample" })],
  ["DEED_YAML_MERGE", workflow({ limits: "limits: { «<<»: { executions: 1 } }" })],
  ["DEED_YAML_DIRECTIVE", `«%YAML 1.2»\n---\n${workflow()}`],
  ["DEED_YAML_SEVERAL_DOCUMENTS", `${workflow()}«---»\ndeed: v1\n`],
  ["DEED_YAML_KEY", workflow({ limits: "limits: { «1»: 2 }" })],
  ["DEED_YAML_KEY", workflow({ limits: "limits: { «[a]»: 2 }" })],
  ["DEED_TOKEN_LITERAL", workflow({ name: "# «Bearer abcdefghijklmnop0123»\nname: sample" })],
  ["DEED_TOKEN_LITERAL", http(`url: "https://example.com", headers: { x-key: "«${KEY}»" }`)],
  ["DEED_TOKEN_LITERAL", http('url: "https«://user:secret@»example.com"')],
  ["DEED_TOKEN_LITERAL", http('url: "https://example.com/«AKIAABCDEFGHIJKLMNOP»"')],
  [
    "DEED_TOKEN_LITERAL",
    http('url: "https://a.bc/«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sflKxwRJSM»"'),
  ],
  ["DEED_UNKNOWN_KEY", workflow({ limits: "limits: { executions: 1, «perHuor»: 2 }" }), "perHour"],
  ["DEED_UNKNOWN_KEY", workflow({ summary: "«sumary»: x" }), "summary"],
  ["DEED_UNKNOWN_KEY", on("on: { «manul»: {} }"), "manual"],
  ["DEED_UNKNOWN_KEY", withStep('«htp»: { method: GET, url: "https://a.bc" }'), "http"],
  ["DEED_UNKNOWN_KEY", withStep('http: { method: GET, url: "https://a.bc" }\n«accept»: recorded')],
  ["DEED_MISSING_KEY", workflow({ deed: "", name: "«name»: sample" })],
  ["DEED_MISSING_KEY", withStep('http: { «url»: "https://example.com" }')],
  ["DEED_WRONG_TYPE", workflow({ limits: "limits: «[1]»" })],
  ["DEED_WRONG_TYPE", workflow({ name: "name: «5»" })],
  ["DEED_WRONG_TYPE", workflow({ steps: "steps: «none»" })],
  ["DEED_WRONG_TYPE", workflow({ limits: "limits: { executions: «many» }" })],
  ["DEED_WRONG_VALUE", workflow({ deed: "deed: «v2»" }), "v1"],
  ["DEED_WRONG_VALUE", workflow({ name: "name: «My Flow»" })],
  ["DEED_WRONG_VALUE", withStep('http: { method: «PSOT», url: "https://a.bc" }'), "POST"],
  ["DEED_WRONG_VALUE", http('url: "https://example.com", «body»: x')],
  ["DEED_WRONG_VALUE", workflow({ steps: "steps: [{ id: «a-b», http: {} }]" }), "a_b"],
  ["DEED_WRONG_VALUE", withCall(`to: "${TOKEN}"\nfunction: "a()"\nvalue: «"1 ether"»`)],
  ["DEED_OUT_OF_RANGE", workflow({ limits: "limits: { executions: «0» }" })],
  ["DEED_OUT_OF_RANGE", on("on: { schedule: { every: «500ms» } }")],
  ["DEED_OUT_OF_RANGE", workflow({ steps: "steps: «[]»" })],
  ["DEED_OUT_OF_RANGE", withStep('http: { method: GET, url: "https://a.bc" }\ntimeout: «2m»')],
  ["DEED_ONE_OF", on("on: «{}»")],
  ["DEED_ONE_OF", on("on: { manual: {}, «schedule»: { every: 1m } }")],
  ["DEED_ONE_OF", on("on: { manual: {}, «repeat»: { schedule: { every: 1m } } }")],
  ["DEED_ONE_OF", on("on: { first: { immediate: {}, «block»: { height: 1 } } }")],
  ["DEED_ONE_OF", on("on: { first: { immediate: {} }, repeat: «{}» }")],
  ["DEED_ONE_OF", on("on: { first: { immediate: {} }, repeat: { schedule: «{}» } }")],
  ["DEED_UNKNOWN_KEY", on("on: { block: { chain: 1, height: 5, «every»: 3 } }")],
  ["DEED_ONE_OF", workflow({ steps: "steps: [{ «id»: a }]" })],
  ["DEED_ONE_OF", withStep('http: { method: GET, url: "https://a.bc" }\n«call»: {}')],
  ["DEED_ONE_OF", on('on: { schedule: «{ every: 1m, cron: "* * * * *" }» }')],
  ["DEED_ONE_OF", on("on: { schedule: «{ catchUp: skip }» }")],
  [
    "DEED_UNKNOWN_KEY",
    on('on: { schedule: { cron: "* * * * *", «start»: 2027-01-01T00:00:00Z } }'),
  ],
  ["DEED_CRON", on('on: { schedule: { cron: "«60 * * * *»" } }')],
  ["DEED_CRON", on("on: { schedule: { cron: «every minute» } }")],
  ["DEED_CRON", on('on: { schedule: { cron: "«0 0 31 2 *»" } }')],
  ["DEED_WRONG_TYPE", on("on: { schedule: { cron: «5» } }")],
  ["DEED_WRONG_VALUE", on("on: { schedule: { every: 1m, catchUp: «newest» } }")],
  ["DEED_OUT_OF_RANGE", on("on: { schedule: { every: 1m, catchUp: { all: «255» } } }")],
  ["DEED_MISSING_KEY", on("on: { block: { «every»: 5 } }")],
  ["DEED_OUT_OF_RANGE", on("on: { block: { height: «0» } }")],
  ["DEED_TIMESTAMP", on("on: { at: «1970-01-01T00:00:00Z» }")],
  ["DEED_TIMESTAMP", on("on: { schedule: { every: 1m, start: «tomorrow» } }")],
  ["DEED_NOT_YET", on("on: { «webhook»: {} }")],
  ["DEED_NOT_YET", on("on: { «price»: {} }")],
  ["DEED_NOT_YET", workflow({ sandbox: "sandbox: { level: container, «per»: workflow }" })],
  ["DEED_OUT_OF_RANGE", workflow({ sandbox: "sandbox: { level: process, memory: «8MiB» }" })],
  ["DEED_OUT_OF_RANGE", workflow({ sandbox: "sandbox: { level: process, memory: «17000KiB» }" })],
  ["DEED_WRONG_VALUE", workflow({ sandbox: "sandbox: { level: process, output: «1GB» }" })],
  ["DEED_OUT_OF_RANGE", workflow({ sandbox: "sandbox: { level: process, output: «1KiB» }" })],
  ["DEED_DURATION", workflow({ sandbox: "sandbox: { level: process, cpu: «1500ms» }" })],
  ["DEED_OUT_OF_RANGE", workflow({ sandbox: "sandbox: { level: process, effects: «0» }" })],
  ["DEED_NOT_YET", withStep('«observe»: {}\nhttp: { method: GET, url: "https://a.bc" }')],
  ["DEED_NOT_YET", withCall(`to: "${TOKEN}"\nfunction: "a()"\n«confirm»: quorum`)],
  ["DEED_NOT_YET", http('url: "https://a.bc", headers: { x: "Bearer «${secret.a@1}»" }')],
  ["DEED_NOT_YET", withStep('if: «secret».a == 1\nhttp: { method: GET, url: "https://a.bc" }')],
  ["DEED_AMOUNT_NOT_STRING", withCall(`to: "${TOKEN}"\nfunction: "a(uint256)"\nargs: [«5»]`)],
  ["DEED_AMOUNT_NOT_STRING", withCall(`to: "${TOKEN}"\nfunction: "a()"\nvalue: «1»`)],
  [
    "DEED_AMOUNT_NOT_STRING",
    withCall(`to: "${TOKEN}"\nfunction: "a(uint8[2])"\nargs: [["\${now}", «5»]]`),
  ],
  [
    "DEED_AMOUNT_NOT_STRING",
    withStep('http: { method: POST, url: "https://a.bc", body: { a: «9007199254740993» } }'),
  ],
  ["DEED_FLOAT", withStep('http: { method: POST, url: "https://a.bc", body: [1, «1.5»] }')],
  ["DEED_DURATION", on("on: { schedule: { every: «30» } }")],
  ["DEED_DURATION", on("on: { schedule: { every: «1500ms» } }")],
  ["DEED_TIMESTAMP", workflow({ expires: "expires: «2027-02-29T00:00:00Z»" })],
  ["DEED_TIMESTAMP", workflow({ expires: 'expires: «"2027-06-30T00:00:00+02:00"»' })],
  ["DEED_ADDRESS", withCall('to: «"0x1234"»\nfunction: "a()"')],
  [
    "DEED_WRONG_TYPE",
    withCall('to: «0x5FbDB2315678afecb367f032d93F642f64180aa3»\nfunction: "a()"'),
  ],
  [
    "DEED_CHECKSUM",
    withCall('to: «"0x5fbDB2315678afecb367f032d93F642f64180aa3"»\nfunction: "a()"'),
  ],
  ["DEED_UNKNOWN_CHAIN", withCall(`chain: «31338»\nto: "${TOKEN}"\nfunction: "a()"`), "31337"],
  ["DEED_ABI_TYPE", event('"Paid(address to, «uin256 amount»)"')],
  ["DEED_ABI_TYPE", event('"Paid(«(»address to, uint256 amount) payment)"')],
  ["DEED_SIGNATURE", event('"«Paid»"')],
  ["DEED_SIGNATURE", event('"Paid(uint a, «uint a»)"')],
  ["DEED_ARGUMENT_COUNT", withCall(`to: "${TOKEN}"\nfunction: "a(uint256)"\nargs: «[]»`)],
  ["DEED_ARGUMENT", withCall(`to: "${TOKEN}"\nfunction: "a(uint8)"\nargs: [«"256"»]`)],
  ["DEED_ARGUMENT", withCall(`to: "${TOKEN}"\nfunction: "a(bool[])"\nargs: [[true, «"true"»]]`)],
  ["DEED_EXPRESSION", withStep('if: event.value >«»\nhttp: { method: GET, url: "https://a.bc" }')],
  ["DEED_EXPRESSION", event('"A(uint256 value)"\n    where: event.value > «99999999999999999999»')],
  ["DEED_EXPRESSION_TYPE", event('"A(uint256 value)"\n    where: «event.value + 1»')],
  ["DEED_EXPRESSION_TYPE", event("\"A(uint256 value)\"\n    where: «event.value == 'x'»")],
  ["DEED_EXPRESSION_TYPE", http('url: "https://a.bc/«${steps}»"')],
  ["DEED_TEMPLATE", http('url: "https://a.bc/«${event.value»"')],
  ["DEED_UNKNOWN_NAME", http('url: "https://a.bc/${«evnt».value}"'), "event"],
  ["DEED_UNKNOWN_NAME", http('url: "https://a.bc/${«value»}"'), "event.value"],
  ["DEED_UNKNOWN_NAME", http('url: "https://a.bc/${«input.x»}"')],
  ["DEED_UNKNOWN_NAME", event('"A(uint256 value)"\n    where: «now» > 5')],
  [
    "DEED_UNKNOWN_FUNCTION",
    withStep('if: «event.to.matches("0x.*")»\nhttp: { method: GET, url: "https://a.bc" }'),
  ],
  ["DEED_UNKNOWN_FIELD", http('url: "https://a.bc/${«event.valeu»}"'), "value"],
  ["DEED_UNKNOWN_FIELD", http('url: "https://a.bc/${«trigger.ordinal»}"'), "logOrdinal"],
  ["DEED_UNKNOWN_STEP", http('url: "https://a.bc/${«steps.two.status»}"')],
  ["DEED_UNKNOWN_STEP", withStep('needs: [«two»]\nhttp: { method: GET, url: "https://a.bc" }')],
  ["DEED_SELF_REFERENCE", http('url: "https://a.bc/${«steps.one.status»}"')],
  ["DEED_HEADER", http('url: "https://a.bc", headers: { «"a b"»: x }')],
  ["DEED_HEADER", http('url: "https://a.bc", headers: { a: "x«é»" }')],
  ["DEED_HEADER", http('url: "https://a.bc", headers: { a: x, «A»: y }')],
  ["DEED_FORBIDDEN_HEADER", http('url: "https://a.bc", headers: { «Idempotency-Key»: x }')],
  ["DEED_URL", http('url: «"ftp://example.com"»')],
  ["DEED_URL", http('url: «"https://127.1/"»')],
  ["DEED_URL", http('url: «"https://[2001:DB8::1]/"»')],
  ["DEED_HEADER", http('url: "https://a.bc", headers: { «"\u212a"»: x }')],
  ["DEED_CONTROL_CHARACTER", workflow({ summary: 'summary: «"a\\u202eb"»' })],
  ["DEED_ACCEPT_NEEDED", withStep(`«call»: { to: "${TOKEN}", function: "a()" }\naccept: proven`)],
  ["DEED_URL", http('url: «"https://example.com/a b"»')],
  ["DEED_URL", http('url: «"https://example.com/a/%2e%2E/b"»')],
  ["DEED_ORIGIN_NOT_LITERAL", http('url: "«${event.to}»/x"')],
  ["DEED_ORIGIN_NOT_LITERAL", http('url: "https://api.«${event.to}».com/x"')],
  ["DEED_HTTPS_REQUIRED", http('url: «"http://example.com/"»')],
  ["DEED_PLAIN_HTTP", http('url: «"http://127.0.0.1:8080/"»')],
  ["DEED_PLAIN_HTTP", http('url: «"http://example.com/"», insecure: true')],
  ["DEED_FORBIDDEN_TARGET", withCall(`to: «"0x${"0".repeat(40)}"»\nfunction: "a()"`)],
  ["DEED_FORBIDDEN_TARGET", withCall(`to: «"0x${"0".repeat(38)}dd"»\nfunction: "a()"`)],
  [
    "DEED_DANGEROUS_FUNCTION",
    withCall(`to: "${TOKEN}"\nfunction: "«approve»(address,uint256)"\nargs: ["${TOKEN}", "1"]`),
  ],
  ["DEED_ACCEPT_UNUSED", withCall(`to: "${TOKEN}"\nfunction: "a()"`, "accept: «recorded»")],
  [
    "DEED_RETRY_OF_ONCE",
    withStep('http: { method: POST, url: "https://a.bc" }\n«retry»: { attempts: 3 }'),
  ],
  [
    "DEED_ACCEPT_NEEDED",
    workflow({
      steps: `steps:
  - { id: quote, http: { method: GET, url: "https://a.bc" } }
  - id: pay
    if: steps.quote.body.usd < 3000
    «call»: { to: "${TOKEN}", function: "a()" }`,
    }),
  ],
  [
    "DEED_LATER_STEP",
    workflow({
      steps: `steps:
  - { id: a, needs: [«b»], http: { method: GET, url: "https://a.bc" } }
  - { id: b, http: { method: GET, url: "https://a.bc" } }`,
    }),
  ],
  [
    "DEED_DUPLICATE_STEP",
    workflow({
      steps: `steps:
  - { id: a, http: { method: GET, url: "https://a.bc" } }
  - { id: «a», http: { method: GET, url: "https://a.bc" } }`,
    }),
  ],
  [
    "DEED_NEEDS_CYCLE",
    workflow({
      steps: `steps:
  - { id: a, needs: [«c»], http: { method: GET, url: "https://a.bc" } }
  - { id: b, needs: [a], http: { method: GET, url: "https://a.bc" } }
  - { id: c, needs: [b], http: { method: GET, url: "https://a.bc" } }`,
    }),
  ],
];

function placeOfMark(marked: string): { line: number; column: number; endColumn: number } {
  const [before = "", inside = ""] = marked.split(/[«»]/);
  const lines = before.split("\n");
  const column = [...(lines.at(-1) ?? "")].length + 1;
  return { line: lines.length, column, endColumn: column + Math.max(1, [...inside].length) };
}

const summaryOf = ({ code, line, column, endColumn }: Diagnostic) =>
  `${line}:${column}-${endColumn} ${code}`;

describe("each diagnostic names its place", () => {
  test.each(
    [...cases, ...KWALA_CASES].map(([code, marked, suggestion]) => ({ code, marked, suggestion })),
  )("$code", ({ code, marked, suggestion }) => {
    const source = marked.replaceAll(/[«»]/g, "");
    const found = diagnose(source);
    const place = placeOfMark(marked);
    expect(found.map(summaryOf)).toContain(
      `${place.line}:${place.column}-${place.endColumn} ${code}`,
    );
    const diagnostic = found.find(
      (one) => one.code === code && one.line === place.line && one.column === place.column,
    ) as Diagnostic;
    expect(diagnostic.severity).toBe(DIAGNOSTIC_CODES[code]);
    if (suggestion !== undefined) expect(diagnostic.suggestion).toBe(suggestion);
    const rendered = renderDiagnostic(source, diagnostic).split("\n");
    expect(rendered[0]).toBe(
      `flow.yaml:${place.line}:${place.column}: ${diagnostic.severity} ${code}: ${diagnostic.message}`,
    );
    expect(rendered[2]?.indexOf("^")).toBe(8 + place.column - 1);
    expect(rendered[2]?.split("^").length).toBe(place.endColumn - place.column + 1);
  });
});

describe("bytes that are no workflow", () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  test.each<[DiagnosticCode, Uint8Array, string]>([
    ["DEED_TOO_LARGE", encode("#".repeat(65_537)), "1:1"],
    ["DEED_NOT_UTF8", Uint8Array.of(0x61, 0x0a, 0x62, 0xff), "2:2"],
    ["DEED_BOM", Uint8Array.of(0xef, 0xbb, 0xbf, ...encode(workflow())), "1:1"],
  ])("%s", (code, bytes, place) => {
    const found = diagnose(bytes);
    expect(found.map((one) => `${one.code} ${one.line}:${one.column}`)).toContain(
      `${code} ${place}`,
    );
  });

  test("half of a character is refused as text", () => {
    expect(diagnose("name: \ud800").map(({ code }) => code)).toEqual(["DEED_NOT_UTF8"]);
  });
});

test("what cannot be registered yet is listed with its place", () => {
  const yaml = withCall(`chain: 1\nto: "${TOKEN}"\nfunction: "a(uint256)"\nargs: ["\${now}"]`);
  const compiled = compileWorkflow(yaml, options);
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(summaryOf).join());
  expect(compiled.permissions).toEqual([]);
  const obstacles = registrationObstacles(compiled.plan, {
    ledgerChainId: 31337,
    places: compiled.places,
    fileName: "flow.yaml",
  });
  expect(obstacles.map(summaryOf)).toEqual([
    "9:5-9 DEED_DYNAMIC_ARGUMENT",
    "9:5-9 DEED_OTHER_CHAIN",
  ]);
  expect(registrationObstacles(compiled.plan).map(({ code }) => code)).toEqual([
    "DEED_DYNAMIC_ARGUMENT",
  ]);
});

const ENDED = workflow({ expires: "expires: 2021-01-01T00:00:00Z" });
const ENDED_OF_KWALA = `Name: ended
Trigger:
  ExecuteAfter: immediate
  ExpiresIn: 1609459200
Actions:
  - { Name: tell, Type: post, APIEndpoint: https://example.com/ended }
`;

test.each([
  ["native", ENDED, "expires: "],
  ["Kwala", ENDED_OF_KWALA, "  ExpiresIn: "],
])(
  "a %s workflow that has ended cannot be registered any more: its end is shown",
  (_, yaml, key) => {
    const compiled = compileWorkflow(yaml, options);
    if (!compiled.ok) throw new Error(compiled.diagnostics.map(summaryOf).join());
    const { plan, places } = compiled;
    expect(registrationObstacles(plan, { places, nowSec: plan.expiresAtSec - 1 })).toEqual([]);
    const lines = yaml.split("\n");
    const line = lines.findIndex((text) => text.startsWith(key));
    expect(registrationObstacles(plan, { places, nowSec: plan.expiresAtSec })).toMatchObject([
      {
        code: "DEED_EXPIRED",
        line: line + 1,
        column: key.length + 1,
        endColumn: (lines[line]?.length ?? 0) + 1,
      },
    ]);
  },
);

test("a credential is shown to nobody, in no diagnostic of its line", () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  const yaml = workflow({ summary: `summary: ${token}\nunknown: ${token}` });
  const compiled = compileWorkflow(yaml, options);
  const diagnostics = compiled.ok ? [] : compiled.diagnostics;
  expect(diagnostics.length).toBeGreaterThan(1);
  for (const diagnostic of diagnostics) {
    const text = renderDiagnostic(yaml, diagnostic);
    expect(text).toContain("ghp_****");
    expect(text).not.toContain(token.slice(4, 12));
  }
});

test("many errors come at once, in the order of the file", () => {
  const found = diagnose(
    workflow({ deed: "deed: v2", limits: "limits: { executions: 0 }", expires: "expires: never" }),
  );
  expect(found.map(({ code, line }) => `${line} ${code}`)).toEqual([
    "1 DEED_WRONG_VALUE",
    "8 DEED_TIMESTAMP",
    "9 DEED_OUT_OF_RANGE",
  ]);
});

test("a rendered diagnostic shows the line, a caret, the suggestion and a hint", () => {
  const source = workflow({ limits: "limits: { executions: 1, perHuor: 2 }" });
  const [diagnostic] = diagnose(source);
  expect(renderDiagnostic(source, diagnostic as Diagnostic)).toBe(
    [
      "flow.yaml:9:26: error DEED_UNKNOWN_KEY: unknown key 'perHuor' in 'limits'",
      "    9 | limits: { executions: 1, perHuor: 2 }",
      "      |                          ^^^^^^^",
      "  did you mean 'perHour'?",
      "  known keys: executions, perHour, duration",
    ].join("\n"),
  );
});

test("every code has a case here and an entry in docs/errors.md", () => {
  const tested = new Set<string>([
    ...[...cases, ...KWALA_CASES].map(([code]) => code),
    "DEED_TOO_LARGE",
    "DEED_NOT_UTF8",
    "DEED_BOM",
    "DEED_DYNAMIC_ARGUMENT",
    "DEED_OTHER_CHAIN",
    "DEED_EXPIRED",
    "DEED_SCRIPT_SYNTAX",
  ]);
  const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
  const listed = new Set([...page.matchAll(/^\| `(DEED_[A-Z0-9_]+)`/gm)].map(([, code]) => code));
  for (const code of Object.keys(DIAGNOSTIC_CODES)) {
    expect(tested, `a case of ${code}`).toContain(code);
    expect(listed, `an entry of ${code} in docs/errors.md`).toContain(code);
  }
});
