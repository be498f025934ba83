import fc from "fast-check";
import { expect, test } from "vitest";
import { ExpressionError } from "./expression-error.ts";
import { eventValue, type Scope, Uint256 } from "./scope.ts";
import {
  compileTemplate,
  renderJson,
  renderTemplate,
  type TemplateContext,
  templateReferences,
} from "./template.ts";

const scope: Scope = {
  now: 1_700_000_000n,
  event: { to: "0xaa", amount: new Uint256(2n ** 200n) },
  input: { text: 'a b/c?d&e="f"\n', ratio: 0.5, up: "..", list: [1n, null], ok: true },
  steps: {},
};

function failure(source: string, context: TemplateContext): string {
  try {
    return renderTemplate(source, scope, context);
  } catch (error) {
    if (error instanceof ExpressionError) return `${error.code}@${error.offset}`;
    throw error;
  }
}

test("placeholders are replaced and $${ stands for itself", () => {
  expect(renderTemplate("sent ${event.amount} to ${event.to}", scope, "text")).toBe(
    `sent ${2n ** 200n} to 0xaa`,
  );
  expect(renderTemplate("$${event.to} $ $$ {x}", scope, "text")).toBe("${event.to} $ $$ {x}");
});

test("braces and quotes inside a placeholder do not close it", () => {
  const source = '${size({"a": 1})}/${"}".size()}/${"\\"}" + \'}\'}';
  expect(renderTemplate(source, scope, "text")).toBe('1/1/"}}');
});

test("each context escapes in its own way", () => {
  expect(renderTemplate("https://a/${input.text}", scope, "url")).toBe(
    "https://a/a%20b%2Fc%3Fd%26e%3D%22f%22%0A",
  );
  expect(renderTemplate('${"!\'()*"}x', scope, "url")).toBe("%21%27%28%29%2Ax");
  expect(renderTemplate('{"t":"${input.text}"}', scope, "json-string")).toBe(
    '{"t":"a b/c?d&e=\\"f\\"\\n"}',
  );
  expect(failure("x ${input.text}", "header")).toBe("FORBIDDEN_CHARACTER@4");
  expect(failure("${'é'}", "header")).toBe("FORBIDDEN_CHARACTER@2");
  expect(failure("https://a/b/${input.up}/c", "url")).toBe("FORBIDDEN_CHARACTER@0");
});

test("doubles, lists, maps and null have no text", () => {
  expect(failure("${input.ratio}", "text")).toBe("FLOAT_AS_TEXT@2");
  expect(failure("a${input.list}", "text")).toBe("NOT_TEXT@3");
  expect(failure("a${null}", "text")).toBe("NOT_TEXT@3");
  expect(failure("a ${1 / 0}", "text")).toBe("DIVISION_BY_ZERO@4");
});

test.each([
  ["a ${", "BAD_TEMPLATE@2"],
  ["a ${ }", "BAD_TEMPLATE@2"],
  ["a ${1 +}", "SYNTAX@7"],
  ["a ${nothing}", "UNKNOWN_NAME@4"],
])("%s is refused at its place", (source, expected) => {
  expect(failure(source, "text")).toBe(expected);
});

test("references count from the template's start", () => {
  expect(templateReferences("a ${event.to} b ${now + 1}")).toEqual([
    { path: ["event", "to"], start: 4, end: 12 },
    { path: ["now"], start: 18, end: 21 },
  ]);
});

test("a lone placeholder in JSON keeps its value's type", () => {
  const rendered = renderJson(
    {
      amount: "${event.amount}",
      now: "${now}",
      big: "${9007199254740993}",
      ok: "${input.ok}",
      list: "${input.list}",
      text: "ok: ${input.ok}",
      fixed: [1, null, false, "$${x}"],
    },
    scope,
  );
  expect(rendered).toEqual({
    amount: (2n ** 200n).toString(),
    now: 1_700_000_000,
    big: "9007199254740993",
    ok: true,
    list: [1, null],
    text: "ok: true",
    fixed: [1, null, false, "${x}"],
  });
  expect(() => renderJson("${input.ratio}", scope)).toThrow(ExpressionError);
});

test("a value that is repeated cannot make text without bound", () => {
  const list = Array.from({ length: 500 }, () => "x".repeat(1000));
  const within = { ...scope, input: list };
  const code = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (error instanceof ExpressionError) return `${error.code}@${error.offset}`;
    }
    return "no error";
  };
  expect(code(() => renderJson("${input.map(x, input)}", within))).toBe("TOO_COMPLEX@2");
  const often = { a: Array(3).fill("${input}") };
  expect(code(() => renderJson(often, within))).toBe("TOO_COMPLEX@2");
  expect(code(() => renderTemplate("${input[0]}".repeat(1100), within, "text"))).toMatch(
    /^TOO_COMPLEX/,
  );
});

test("a value that does not fit its ABI type stays what it is", () => {
  const parameters = [{ name: "amount", type: "uint256", indexed: false }];
  expect(eventValue(parameters, { amount: "many" })).toEqual({ amount: "many" });
  expect(eventValue(parameters, {})).toEqual({ amount: null });
});

test("event parameters are typed by their ABI types", () => {
  const parameters = [
    { name: "amounts", type: "uint8[2]", indexed: false },
    { name: "delta", type: "int256", indexed: false },
    { name: "ok", type: "bool", indexed: false },
    { name: "note", type: "string", indexed: true },
  ];
  const event = eventValue(parameters, {
    amounts: ["1", "2"],
    delta: "-5",
    ok: true,
    note: "0x12",
  });
  const within = { ...scope, event };
  expect(
    renderTemplate("${event.amounts[1]} ${event.delta + 1} ${event.note}", within, "text"),
  ).toBe("2 -4 0x12");
});

test("literal text passes through any template unchanged", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const escaped = text.replaceAll("${", "$${");
      fc.pre(!escaped.includes("$$${"));
      expect(compileTemplate(escaped).render(scope, "text")).toBe(text);
    }),
  );
});

test("a rendered URL never leaves the part that its template fixes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const within = { ...scope, input: text };
      let url: string;
      try {
        url = renderTemplate("https://host/a/${input}/z", within, "url");
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError);
        return;
      }
      const parsed = new URL(url);
      expect(parsed.host).toBe("host");
      expect(parsed.pathname.startsWith("/a/") && parsed.pathname.endsWith("/z")).toBe(true);
      expect(parsed.search + parsed.hash).toBe("");
    }),
  );
});
