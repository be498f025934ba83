import fc from "fast-check";
import { encodeFunctionData, parseAbi } from "viem";
import { describe, expect, test } from "vitest";
import { canonicalJson, keccak256 } from "../encoding/index.ts";
import { asJson } from "../encoding/json.ts";
import type { CallStep, HttpStep } from "../plan/plan.ts";
import { RUNTIME_VERSIONS } from "../runtime/version.ts";
import { type CompiledWorkflow, compileWorkflow } from "./compile.ts";
import { renderDiagnostic } from "./render-diagnostic.ts";
import { diagnose, options, TOKEN, withCall, withStep, workflow } from "./workflow.testing.ts";

function compile(yaml: string): CompiledWorkflow {
  const compiled = compileWorkflow(yaml, options);
  if (compiled.ok) return compiled;
  throw new Error(compiled.diagnostics.map((one) => renderDiagnostic(yaml, one)).join("\n"));
}

const firstStep = <S>(yaml: string): S => compile(yaml).plan.steps[0] as S;
const get = 'http: { method: GET, url: "https://a.bc" }';

test("plans ask for the oldest runtime version that has what they do", () => {
  expect(compile(withStep(get)).plan.runtime).toBe(1);
  expect(compile(withStep("script: { source: return 1 }")).plan.runtime).toBe(2);
  expect(RUNTIME_VERSIONS).toContain(2);
});

describe("the plan", () => {
  test("has everything of a workflow", () => {
    const yaml = workflow({
      limits: "limits: { executions: 1000, perHour: 20, duration: 50s }",
      sandbox: "sandbox: { level: container, memory: 64MiB, cpu: 5s, effects: 9, request: 64KiB }",
    });
    const { plan, permissions, levels, warnings, yamlHash } = compile(yaml);
    expect(plan).toEqual({
      plan: "deed.plan.1",
      dialect: "deed.v1",
      name: "sample",
      summary: "A sample",
      runtime: 1,
      expiresAtSec: 1_814_313_600,
      sandbox: "container",
      sandboxLimits: { memoryMb: 64, cpuSec: 5, effects: 9, effectBytes: 65_536 },
      limits: { executions: 1000, perHour: 20, durationSec: 50, leaseClass: 6 },
      trigger: {
        kind: "event",
        chainId: 31337,
        contract: TOKEN.toLowerCase(),
        signature: "Transfer(address,address,uint256)",
        topic0: "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
        parameters: [
          { name: "from", type: "address", indexed: true },
          { name: "to", type: "address", indexed: true },
          { name: "value", type: "uint256", indexed: false },
        ],
        where: null,
        confidence: "finalized",
      },
      steps: [
        {
          id: "tell",
          kind: "http",
          if: null,
          needs: [],
          explicitNeeds: false,
          retry: { attempts: 1, backoffMs: 1000 },
          timeoutMs: 10_000,
          inputLevel: "observed",
          outputLevel: "recorded",
          method: "POST",
          url: "https://example.com/hook",
          origin: "https://example.com",
          headers: { "content-type": "application/json" },
          body: { type: "json", value: { value: "${event.value}" } },
          delivery: "once",
        },
      ],
    });
    expect({ permissions, warnings }).toEqual({ permissions: [], warnings: [] });
    expect(levels).toHaveLength(1);
    expect(yamlHash).toBe(keccak256(new TextEncoder().encode(yaml)));
  });

  test("keeps literal calls as data that is signed", () => {
    const yaml = withCall(
      `to: "${TOKEN}"\nfunction: "function pay(address to, uint256[] amounts, string note)"
args: ["${TOKEN}", ["1", "2"], "a $\${b} é"]\nvalue: "7"`,
    );
    const { plan, permissions } = compile(yaml);
    const callData = encodeFunctionData({
      abi: parseAbi(["function pay(address to, uint256[] amounts, string note)"]),
      args: [TOKEN, [1n, 2n], "a ${b} é"],
    });
    expect((plan.steps[0] as CallStep).call).toEqual({ mode: "literal", callData });
    expect(permissions).toEqual([
      {
        stepIndex: 0,
        target: TOKEN.toLowerCase(),
        call: `pay(address,uint256[],string) ${TOKEN}, [1, 2], "a $\${b} é"`,
        valueWei: 7n,
        callData,
      },
    ]);
  });

  test.each([
    ["GET", "idempotent"],
    ["PUT", "idempotent"],
    ["DELETE", "idempotent"],
    ["POST", "once"],
    ["PATCH", "once"],
  ])("%s requests are delivered: %s", (method, delivery) => {
    const step = firstStep<HttpStep>(withStep(`http: { method: ${method}, url: "https://a.bc" }`));
    expect(step.delivery).toBe(delivery);
  });

  test.each([
    ["https://Example.com:443/x", "https://example.com"],
    ["https://example.com:8443?x=1", "https://example.com:8443"],
    ["http://[::1]:8443/", "http://[::1]:8443"],
    ["http://127.0.0.1:80/", "http://127.0.0.1"],
  ])("the origin of %s is %s", (url, origin) => {
    const step = firstStep<HttpStep>(withStep(`http: { method: GET, url: "${url}" }`));
    expect(step.origin).toBe(origin);
    expect(new URL(url).origin).toBe(origin);
  });
});

test("an origin that compiles is the one that URL parsers see", () => {
  const host = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV4Extended(),
    fc.ipV6().map((address) => `[${address}]`),
    fc.constantFrom(
      "127.0.0.1",
      "LOCALHOST",
      "[::1]",
      "1.2.3",
      "0x7f.1",
      "a_b.c",
      "1",
      "a..b",
      "-a.b",
    ),
  );
  const rest = fc.oneof(
    fc.webPath(),
    fc.constantFrom("", "/", "?a=b", "/a/./b", "/a%2fb", ":80/", ":443"),
  );
  fc.assert(
    fc.property(fc.constantFrom("http", "https"), host, rest, (scheme, name, tail) => {
      const url = `${scheme}://${name}${tail}`;
      const yaml = withStep(`http: { method: GET, url: ${JSON.stringify(url)}, insecure: true }`);
      const compiled = compileWorkflow(yaml, options);
      if (!compiled.ok) return;
      expect((compiled.plan.steps[0] as HttpStep).origin).toBe(new URL(url).origin);
    }),
    { numRuns: 300 },
  );
});

describe("levels", () => {
  const steps = (text: string): string => workflow({ steps: `steps:\n${text}` });
  const levelsOf = (yaml: string) =>
    compile(yaml).levels.map(
      ({ stepId, inputLevel, outputLevel }) => `${stepId}: ${inputLevel} → ${outputLevel}`,
    );
  const pay = `call: { to: "${TOKEN}", function: "a()" }`;

  test("a call on a trigger alone has the trigger's level", () => {
    expect(levelsOf(steps(`  - { id: pay, ${pay} }`))).toEqual(["pay: observed → observed"]);
    expect(levelsOf(withCall(`to: "${TOKEN}"\nfunction: "a()"`))).toEqual([
      "one: proven → observed",
    ]);
  });

  test("a call after a request depends on it by order, unless it says that it does not", () => {
    const order = steps(`  - { id: ask, ${get} }\n  - { id: pay, ${pay} }`);
    expect(diagnose(order)).toMatchObject([
      {
        code: "DEED_ACCEPT_NEEDED",
        message:
          "this call depends on one executor's word: 'pay' runs only if 'ask' did not fail; what 'ask' gives is recorded: only its executor has seen it",
        hint: "write `needs: []` if it does not depend on it, or `accept: recorded` to accept that",
      },
    ]);
    expect(levelsOf(order.replace("id: pay,", "id: pay, needs: [],"))).toEqual([
      "ask: observed → recorded",
      "pay: observed → observed",
    ]);
    expect(levelsOf(order.replace("id: pay,", "id: pay, accept: recorded,"))).toEqual([
      "ask: observed → recorded",
      "pay: recorded → recorded",
    ]);
  });

  test("the level goes on through calls that accepted it, and the path is shown", () => {
    const yaml = steps(`  - { id: ask, ${get} }
  - { id: first, if: steps.ask.body.ok, needs: [], accept: recorded, ${pay} }
  - { id: second, needs: [first], ${pay} }`);
    expect(diagnose(yaml)).toMatchObject([
      {
        code: "DEED_ACCEPT_NEEDED",
        message:
          "this call depends on one executor's word: 'second' needs 'first'; the condition of 'first' reads steps.ask.body.ok; what 'ask' gives is recorded: only its executor has seen it",
      },
    ]);
  });

  test("that a call did not succeed is one executor's word", () => {
    const refund = (needs: string): string =>
      steps(`  - { id: first, ${pay} }
  - { id: refund, needs: [${needs}], if: 'steps.first.outcome != "ok"', ${pay} }`);
    expect(diagnose(refund(""))).toMatchObject([
      {
        code: "DEED_ACCEPT_NEEDED",
        message:
          "this call depends on one executor's word: the condition of 'refund' reads steps.first.outcome; that 'first' did not succeed is its executor's word",
      },
    ]);
    expect(levelsOf(refund("first"))).toEqual([
      "first: observed → observed",
      "refund: observed → observed",
    ]);
  });

  test("an argument that is computed counts", () => {
    const yaml = steps(`  - { id: ask, ${get} }
  - id: pay
    needs: []
    call: { to: "${TOKEN}", function: "a(uint256)", args: ["\${steps.ask.body.x}"] }`);
    expect(diagnose(yaml).map(({ code }) => code)).toEqual(["DEED_ACCEPT_NEEDED"]);
  });
});

test("32 bytes are no credential where hashes are at home", () => {
  const hash = `0x${"ab".repeat(32)}`;
  const yaml = withCall(`to: "${TOKEN}"\nfunction: "a(bytes32)"\nargs: ["${hash}"]`);
  expect(diagnose(yaml)).toEqual([]);
  expect(diagnose(`# ${hash}\n${yaml}`).map(({ code }) => code)).toEqual(["DEED_TOKEN_LITERAL"]);
});

test("a parameter without a name is called by its position", () => {
  const yaml = workflow({
    on: `on:\n  event: { contract: "${TOKEN}", event: "A(uint256,address)", where: event.arg0 > 5 }`,
    steps: `steps: [{ id: a, ${get} }]`,
  });
  expect(compile(yaml).plan.trigger).toMatchObject({
    parameters: [{ name: "arg0" }, { name: "arg1" }],
  });
});

describe("whatever the file holds", () => {
  const samples = [
    workflow(),
    withCall(`to: "${TOKEN}"\nfunction: "a(uint256,bytes)"\nargs: ["5", "0x12"]`, "accept: proven"),
    withStep('if: steps.one.status == 1\nhttp: { method: GET, url: "https://a.bc/${event.to}" }'),
    workflow({ limits: "limits:\n  executions: 5 # many\n  duration: '90s'" }),
  ];
  const piece = fc.oneof(
    fc.constantFrom(
      ..."& * ! % @ ` | > - ? : , [ ] { } # ' \" \\ \n \t << &a *a !!str --- ... ${ } $${ 0x 1e400 -0".split(
        " ",
      ),
      ..."null ~ true .inf .nan 0o7 0x1f 99999999999999999999 __proto__ constructor toString".split(
        " ",
      ),
      ..."event steps http call if needs args observe secret.x on manual schedule every".split(" "),
    ),
    fc.string({ maxLength: 6, unit: "binary" }),
  );
  const mutation = fc.record({
    at: fc.nat({ max: 600 }),
    cut: fc.nat({ max: 12 }),
    insert: piece,
  });

  test("the compiler answers with diagnostics, never with an exception", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(mutation, { minLength: 1, maxLength: 5 }),
        (sample, mutations) => {
          const mutated = mutations.reduce((text, { at, cut, insert }) => {
            const start = at % (text.length + 1);
            return text.slice(0, start) + insert + text.slice(start + cut);
          }, sample);
          const result = compileWorkflow(mutated, options);
          const found = result.ok ? result.warnings : result.diagnostics;
          if (!result.ok) expect(found.length).toBeGreaterThan(0);
          for (const one of found) {
            expect(one.endColumn).toBeGreaterThan(one.column);
            expect(renderDiagnostic(mutated, one)).toContain(one.code);
          }
          if (result.ok) canonicalJson(asJson(result.plan));
        },
      ),
      { numRuns: 400 },
    );
  });

  test("arbitrary bytes and structures do not throw either", () => {
    const json = fc.json({ maxDepth: 4 });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), json), (input) => {
        compileWorkflow(input, options);
      }),
      { numRuns: 200 },
    );
    const shaped = fc.dictionary(
      fc.constantFrom("deed", "name", "on", "expires", "limits", "steps", "summary", "sandbox"),
      fc.jsonValue({ maxDepth: 3 }),
    );
    fc.assert(
      fc.property(shaped, (value) => {
        expect(diagnose(JSON.stringify(value)).length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  test("the same bytes give the same plan", () => {
    for (const sample of samples) {
      const [first, second] = [compileWorkflow(sample, options), compileWorkflow(sample, options)];
      expect(second).toEqual(first);
      if (first.ok && second.ok) {
        expect(canonicalJson(asJson(second.plan))).toBe(canonicalJson(asJson(first.plan)));
      }
    }
  });

  test("comments and order of keys do not change the plan", () => {
    const [deed, ...rest] = workflow().split("\n");
    const other = `${rest.join("\n")}\n# a comment\n${deed}\n`;
    expect(compile(other).plan).toEqual(compile(workflow()).plan);
  });
});
