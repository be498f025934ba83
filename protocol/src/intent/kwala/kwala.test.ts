import { describe, expect, test } from "vitest";
import type { CallStep, HttpStep, Plan } from "../../plan/plan.ts";
import { registrationObstacles } from "../registration.ts";
import {
  CALL,
  compileKwala,
  kwala,
  ON_EVENT,
  OTHER,
  POST,
  TOKEN,
  WITHOUT_EVENT,
} from "./kwala.testing.ts";

const planOf = (yaml: string): Plan => compileKwala(yaml).plan;
const abi = (entries: readonly object[]): string => btoa(JSON.stringify(entries));
const PAID = {
  type: "event",
  name: "Paid",
  inputs: [
    { name: "to", type: "address", indexed: true },
    { name: "amount", type: "uint256", indexed: false },
    { name: "done", type: "bool", indexed: false },
  ],
};
const paid = {
  TriggerEventName: "Paid(address,uint256,bool)",
  TriggerSourceContractABI: abi([PAID]),
};
const post = (keys: { readonly [key: string]: string }) => ({ ...POST, ...keys });

describe("a Kwala file becomes a plan", () => {
  test("with its name in small letters, without the wallet behind it", () => {
    const wallet = "0x64837E3827FCcF0aD406A6D6fC3dD3De0234D3fA";
    expect(planOf(kwala({ name: "SubStream_final_d3fa" })).name).toBe("substream-final-d3fa");
    expect(planOf(kwala({ name: `${"a".repeat(40)}_${wallet}` })).name).toBe("a".repeat(40));
    expect(planOf(kwala()).dialect).toBe("kwala.v1");
  });

  test("with the meta text as its summary, in one line", () => {
    expect(planOf(kwala({ trigger: { Meta: '"two\\n lines"' } })).summary).toBe("two lines");
  });

  test("from lines that end as Windows ends them", () => {
    const yaml = kwala();
    const { yamlHash: _, ...unix } = compileKwala(yaml);
    const { yamlHash: __, ...windows } = compileKwala(yaml.replaceAll("\n", "\r\n"));
    expect(windows).toEqual(unix);
  });

  test("that runs once without RepeatEvery, and without end with it", () => {
    const executions = (RepeatEvery: string | null) =>
      planOf(kwala({ trigger: { RepeatEvery } })).limits.executions;
    expect([executions("NA"), executions(null), executions("event")]).toEqual([1, 1, 2 ** 32 - 1]);
  });

  test("that expires at its unix time, and without one practically never", () => {
    const expires = (ExpiresIn: string | null) =>
      planOf(kwala({ trigger: { ExpiresIn } })).expiresAtSec;
    expect(expires("1893456000")).toBe(1_893_456_000);
    expect(expires(null)).toBe(253_402_300_799);
  });
});

describe("an event trigger", () => {
  test("takes its indexed parameters from the contract's ABI", () => {
    expect(planOf(kwala({ trigger: paid })).trigger).toMatchObject({
      kind: "event",
      chainId: 31337,
      contract: TOKEN.toLowerCase(),
      signature: "Paid(address,uint256,bool)",
      parameters: [
        { name: "to", type: "address", indexed: true },
        { name: "amount", type: "uint256", indexed: false },
        { name: "done", type: "bool", indexed: false },
      ],
      where: null,
    });
  });

  test("finds its parameters by name alone when an ABI has them, as JSON too", () => {
    const json = {
      TriggerEventName: "Paid",
      TriggerSourceContractABI: `'${JSON.stringify([PAID])}'`,
    };
    expect(planOf(kwala({ trigger: json })).trigger).toMatchObject({
      signature: "Paid(address,uint256,bool)",
    });
  });

  test("uses the mirror's ABI when its own cannot be read", () => {
    const trigger = {
      ...paid,
      TriggerSourceContractABI: abi([PAID]).slice(4),
      RecurringSourceContractABI: abi([PAID]),
    };
    expect(planOf(kwala({ trigger })).trigger).toMatchObject({
      parameters: [{ indexed: true }, {}, {}],
    });
  });

  test("reads addresses and chains with and without quotes, and addresses without 0x", () => {
    const contract = (text: string) =>
      planOf(kwala({ trigger: { TriggerSourceContract: text, TriggerChainID: '"31337"' } }))
        .trigger;
    for (const text of [TOKEN, `"${TOKEN}"`, `"${TOKEN.slice(2).toLowerCase()}"`]) {
      expect(contract(text)).toMatchObject({ contract: TOKEN.toLowerCase(), chainId: 31337 });
    }
  });

  test.each([
    ["re.event(1) >= 100 && re.event(1) <= 1000", "event.amount >= 100 && event.amount <= 1000"],
    ['{ amount: ">1000000000000000000" }', 'event.amount > uint256("1000000000000000000")'],
    [
      '{ amount: ">=5,<=9", done: true }',
      'event.amount >= uint256("5") && event.amount <= uint256("9") && event.done == true',
    ],
    [
      `{ to: ["${TOKEN}", "${OTHER}"] }`,
      `(event.to == "${TOKEN.toLowerCase()}" || event.to == "${OTHER.toLowerCase()}")`,
    ],
    [`to=${TOKEN}`, `event.to == "${TOKEN.toLowerCase()}"`],
    [
      `re.event(0) == ${TOKEN} || re.event(2)`,
      `event.to == "${TOKEN.toLowerCase()}" || event.done`,
    ],
    ["NA", null],
    ["{}", null],
  ])("filters by %s", (TriggerEventFilter, where) => {
    expect(planOf(kwala({ trigger: { ...paid, TriggerEventFilter } })).trigger).toMatchObject({
      where,
    });
  });

  test("without ExecuteAfter and RepeatEvery fires at each event, and says so", () => {
    const { plan, warnings } = compileKwala(
      kwala({ trigger: { ExecuteAfter: null, RepeatEvery: null } }),
    );
    expect(plan.trigger.kind).toBe("event");
    expect(plan.limits.executions).toBe(2 ** 32 - 1);
    expect(warnings.map(({ code }) => code)).toEqual(["DEED_KWALA_ASSUMED"]);
  });
});

describe("first and later runs that differ", () => {
  const trigger = (keys: { readonly [key: string]: string }) =>
    planOf(kwala({ trigger: { ...WITHOUT_EVENT, ...keys } })).trigger;

  test("a height of another chain has no contract that checks it", () => {
    const keys = { ExecuteAfter: "BL77", RepeatEvery: "NA", TriggerChainID: "80002" };
    expect(trigger(keys)).toEqual({
      kind: "composite",
      first: { kind: "height", chainId: 80_002, height: 77 },
      repeat: null,
    });
  });

  test("at once, and then by an event that the recurring keys name", () => {
    const keys = {
      ExecuteAfter: "immediate",
      RecurringSourceContract: OTHER,
      RecurringChainID: "11155111",
      RecurringEventName: "Paid(address indexed to, uint256 amount)",
    };
    expect(trigger(keys)).toMatchObject({
      kind: "composite",
      first: { kind: "start", startSec: 0 },
      repeat: { kind: "event", chainId: 11_155_111, contract: OTHER.toLowerCase() },
    });
  });

  test("at a time, and then by the event that the trigger keys name when no others do", () => {
    const { trigger: timed } = planOf(kwala({ trigger: { ExecuteAfter: "1800000000" } }));
    expect(timed).toMatchObject({
      first: { kind: "start", startSec: 1_800_000_000 },
      repeat: { kind: "event", contract: TOKEN.toLowerCase() },
    });
  });

  test("two events that differ only in their filter are two", () => {
    const same = {
      RecurringSourceContract: TOKEN,
      RecurringChainID: "31337",
      RecurringEventName: ON_EVENT["TriggerEventName"] as string,
    };
    expect(planOf(kwala({ trigger: same })).trigger.kind).toBe("event");
    const other = { ...same, RecurringEventFilter: "re.event(2) > 5" };
    expect(planOf(kwala({ trigger: other })).trigger).toMatchObject({
      kind: "composite",
      repeat: {
        where: "event.arg2 > 5",
        parameters: [{ name: "arg0" }, { name: "arg1" }, { name: "arg2" }],
      },
    });
  });

  test.each([
    ["interval", "3600"],
    ["60", "60"],
    ["2592000", "2592000"],
  ])("repeats %s in seconds", (RepeatEvery, period) => {
    const keys = { ExecuteAfter: "immediate", RepeatEvery, IntervalSeconds: "3600" };
    expect(trigger(keys)).toEqual({
      kind: "start",
      startSec: 0,
      periodSec: Number(period),
      catchUp: 1,
    });
  });
});

describe("payloads", () => {
  const body = (APIPayload: string, trigger = paid) =>
    (planOf(kwala({ trigger, actions: [post({ APIPayload })] })).steps[0] as HttpStep).body;

  test("take the event's parameters by position, as text", () => {
    const payload = `{ a: re.event(0), b: re.event(1), c: "sent re.event(1) to re.event(0)!", d: ["re.event(2)"], e: 7, f: true }`;
    expect(body(payload)).toEqual({
      type: "json",
      value: {
        a: "${event.to}",
        b: "${string(event.amount)}",
        c: "sent ${event.amount} to ${event.to}!",
        d: ["${string(event.done)}"],
        e: 7,
        f: true,
      },
    });
  });

  test("may write {{re.event(n)}}", () => {
    expect(body('{ a: "{{ re.event(0) }} and {{re.event(1)}}" }')).toMatchObject({
      value: { a: "${event.to} and ${event.amount}" },
    });
  });

  test("call parameters without usable names by their positions", () => {
    const trigger = {
      ...paid,
      TriggerEventName: "Paid(address indexed,uint256,bool)",
      TriggerSourceContractABI: "NA",
    };
    expect(body("{ a: re.event(0) }", trigger)).toMatchObject({ value: { a: "${event.arg0}" } });
    const named = "Paid(address indexed in, uint256 amount, bool done)";
    expect(body("{ a: re.event(0) }", { ...trigger, TriggerEventName: named })).toMatchObject({
      value: { a: "${event.arg0}" },
    });
  });

  test("may be left out", () => {
    expect(body("NA")).toBe(null);
    expect(body("{ Message: NA }")).toBe(null);
  });

  test("may go to plain http, with a warning", () => {
    const { warnings, plan } = compileKwala(
      kwala({ actions: [post({ APIEndpoint: "http://example.com/re.event(1)" })] }),
    );
    expect(plan.steps[0]).toMatchObject({
      url: "http://example.com/${event.to}",
      origin: "http://example.com",
    });
    expect(warnings.map(({ code }) => code)).toEqual(["DEED_PLAIN_HTTP"]);
  });
});

describe("calls", () => {
  const call = (keys: { readonly [key: string]: string }) =>
    compileKwala(kwala({ actions: [{ ...CALL, ...keys }] }));

  test("take literal arguments with and without quotes, by the types of the function", () => {
    const { plan, permissions } = call({
      TargetFunction:
        "function act(address to, uint256 n, bool yes, string[] words) external returns (bool)",
      TargetParams: `[${TOKEN}, 1000000000000000000000, "true", [a, "5"]]`,
    });
    const step = plan.steps[0] as CallStep;
    expect(step.function).toBe("act(address,uint256,bool,string[])");
    expect(step.call.mode).toBe("literal");
    expect(permissions).toHaveLength(1);
    expect(step.args).toEqual([TOKEN, "1000000000000000000000", true, ["a", "5"]]);
  });

  test("know a bare name's parameters from the ABI", () => {
    const EncodedABI = abi([
      { type: "function", name: "ping", inputs: [{ name: "n", type: "uint8" }] },
    ]);
    const step = call({ TargetFunction: "ping", EncodedABI }).plan.steps[0] as CallStep;
    expect(step.function).toBe("ping(uint8)");
  });

  test("with an argument of the event compile, and cannot be registered yet", () => {
    const { plan } = call({
      TargetFunction: "function ping(address to)",
      TargetParams: "[re.event(1)]",
    });
    expect(plan.steps[0]).toMatchObject({ args: ["${event.to}"], call: { mode: "dynamic" } });
    expect(registrationObstacles(plan).map(({ code }) => code)).toEqual(["DEED_DYNAMIC_ARGUMENT"]);
  });
});

describe("the order of actions", () => {
  const actions = [POST, { ...CALL, Name: "then act" }, { ...POST, Name: "Then_Tell" }];

  test("in sequence each needs the one before it", () => {
    const { plan, warnings } = compileKwala(kwala({ actions }));
    expect(plan.steps.map(({ id, needs }) => ({ id, needs }))).toEqual([
      { id: "tell", needs: [] },
      { id: "then_act", needs: ["tell"] },
      { id: "then_tell", needs: ["then_act"] },
    ]);
    expect(plan.steps.every(({ explicitNeeds }) => explicitNeeds)).toBe(true);
    expect(plan.steps[1]).toMatchObject({ accept: "recorded", inputLevel: "recorded" });
    expect(warnings.map(({ code }) => code)).toEqual(["DEED_KWALA_ASSUMED"]);
  });

  test("is sequence where nothing is said", () => {
    expect(planOf(kwala({ actions, mode: null })).steps[1]?.needs).toEqual(["tell"]);
  });

  test("in parallel none needs another", () => {
    const { plan, warnings } = compileKwala(kwala({ actions, mode: "parallel" }));
    expect(plan.steps.map(({ needs, explicitNeeds }) => [needs, explicitNeeds])).toEqual(
      actions.map(() => [[], true]),
    );
    expect(plan.steps[1]).toMatchObject({ accept: null, inputLevel: "observed" });
    expect(warnings).toEqual([]);
  });

  test("names that become the same id are told apart", () => {
    const same = [POST, { ...POST, Name: "Tell" }, { ...POST, Name: "1st" }];
    expect(planOf(kwala({ actions: same })).steps.map(({ id }) => id)).toEqual([
      "tell",
      "tell_2",
      "action_1st",
    ]);
  });
});

describe("retries", () => {
  test("are tries after the first, of requests that may be repeated", () => {
    const step = (RetriesUntilSuccess: string) =>
      planOf(kwala({ actions: [post({ RetriesUntilSuccess })] })).steps[0] as HttpStep;
    expect(step("0")).toMatchObject({ retry: { attempts: 1 }, delivery: "once" });
    expect(step("NA")).toMatchObject({ retry: { attempts: 1 }, delivery: "once" });
    expect(step("5")).toMatchObject({ retry: { attempts: 6 }, delivery: "idempotent" });
    expect(step('"9"')).toMatchObject({ retry: { attempts: 10 }, delivery: "idempotent" });
  });

  test("make the run as long as all tries may take", () => {
    const duration = (RetriesUntilSuccess: string, count: number) =>
      planOf(kwala({ actions: Array(count).fill(post({ RetriesUntilSuccess })) })).limits
        .durationSec;
    expect([duration("0", 1), duration("5", 2), duration("9", 9)]).toEqual([60, 182, 3600]);
  });
});

describe("a status URL", () => {
  const told = (trigger: { readonly [key: string]: string }) =>
    planOf(kwala({ trigger, actions: [POST, { ...CALL, RetriesUntilSuccess: "2" }] })).steps;

  test("is told how each action ended, whatever its end", () => {
    const steps = told({ ActionStatusNotificationPOSTURL: "https://example.com/status" });
    expect(steps.map(({ id, needs }) => [id, needs])).toEqual([
      ["tell", []],
      ["tell_status", []],
      ["act", ["tell"]],
      ["act_status", []],
    ]);
    expect(steps[3]).toMatchObject({
      kind: "http",
      method: "POST",
      url: "https://example.com/status",
      retry: { attempts: 3 },
      body: {
        type: "json",
        value: { workflow: "transfer-alert", action: "act", status: "${steps.act.outcome}" },
      },
    });
  });

  test("of Kwala's dashboard is left out", () => {
    expect(told({ ActionStatusNotificationPOSTURL: "https://a.kalp.network/push" })).toHaveLength(
      2,
    );
  });
});

test("every key of the dashboard's full form may stand there unused", () => {
  const unused = ["EventFilter", "SourceContractABI", "Price"].map((key) => [
    `Trigger${key}`,
    "NA",
  ]);
  const trigger = {
    ...ON_EVENT,
    ...Object.fromEntries(unused),
    RecurringSourceContract: "NA",
    RecurringChainID: "NA",
    RecurringEventName: "NA",
    RecurringEventFilter: "NA",
    RecurringSourceContractABI: "W10=",
    RecurringPrice: '""',
    Meta: "NA",
    ActionStatusNotificationPOSTURL: "",
    ActionStatusNotificationAPIKey: "NA",
  };
  const action = {
    ...POST,
    SmartWallet: "NA",
    TargetContract: "NA",
    TargetFunction: "NA",
    TargetParams: "",
    ChainID: "NA",
    EncodedABI: "NA",
    Bytecode: "NA",
    EncodedGoContract: "NA",
    InitializationArgs: "NA",
    Metadata: "NA",
    RetriesUntilSuccess: "0",
  };
  const { plan, warnings } = compileKwala(kwala({ trigger, actions: [action] }));
  expect(plan).toEqual(planOf(kwala()));
  expect(warnings).toEqual([]);
  expect(WITHOUT_EVENT["TriggerEventName"]).toBe("NA");
});
