import type { ExportedRun } from "@deed/protocol/bundle";
import { type AuditReport, CHECK_NAMES, eventTopic } from "@deed/protocol/verify";
import { expect, test } from "vitest";
import { MUTATE_USAGE, parseMutateArguments } from "./arguments.ts";
import { changeValue } from "./change-value.ts";
import { meaningOf } from "./meaning.ts";
import { mutate, originalOf } from "./mutation.ts";
import { placesOf, valueAt, withValue } from "./places.ts";
import { Random } from "./random.ts";
import { idleChecks, isProven, linesOf, NEVER_FAILING, tableOf } from "./report.ts";
import { rewrite } from "./rewrite.ts";
import { runSuite, type Subject, SuiteError } from "./suite.ts";

// A run in form alone, and audits that see more or less; the end-to-end tests mutate a real one.

const word = (digit: number) => `0x${String(digit).repeat(64)}` as const;
const place = `0x${"1".repeat(40)}` as const;
const run = {
  run: "deed.run.1",
  chainId: 31337,
  contracts: {
    intents: place,
    executions: place,
    registry: place,
    beacon: place,
    disputes: place,
    gateway: place,
  },
  headers: [word(1), word(2)],
  receipts: [
    {
      blockNumber: 1,
      blockHash: word(1),
      transactionIndex: 0,
      receipt: eventTopic("Claimed"),
      proof: [word(4)],
    },
    {
      blockNumber: 2,
      blockHash: word(2),
      transactionIndex: 0,
      receipt: eventTopic("Recorded"),
      proof: [],
    },
  ],
  plans: { [word(6)]: { name: "a", steps: [{ id: "b" }] } },
  batches: [{ batchNo: 7, itemsRoot: word(7) }],
  executions: [
    {
      executionId: word(8),
      intentHash: word(6),
      batchNo: 7,
      index: 0,
      itemPath: [word(9)],
      occurrence: {
        executionId: word(8),
        occurrenceId: word(1),
        nowSec: 5,
        payload: { kind: "manual", input: { a: [1] } },
      },
      bundle: '{"bundle":"deed.bundle.1","leaves":[{"index":0}]}',
    },
  ],
} as unknown as ExportedRun;
const original = originalOf("a run", run);

/** Finds whatever changes the meaning, and names every check; `blind` sees nothing of one field. */
function subjectOf(blind: string | null = null): Subject {
  const seen = (value: unknown): string => {
    const given = value as { readonly [name: string]: never };
    const { [blind ?? ""]: _, ...rest } = given ?? {};
    return meaningOf(blind === null ? (value as never) : rest);
  };
  const whole = seen(original.run);
  const audit = (value: unknown): AuditReport => {
    const result = value !== undefined && seen(value) === whole ? "ok" : "failed";
    const checks = CHECK_NAMES.map((name) => ({ name, result, subject: "", detail: "" }) as const);
    return { checks, trusted: [] };
  };
  return { original, audit };
}

const parts = { signal: new AbortController().signal, onProgress: () => undefined };
const OPTIONS = { seed: 3, count: 800 };

test("an audit that sees everything catches every change of meaning, and equivalents stay apart", async () => {
  const result = await runSuite(OPTIONS, [subjectOf()], parts);
  expect(result.missed).toEqual([]);
  expect(result.caught + result.equivalent).toBe(800);
  expect(result.equivalent).toBeGreaterThan(20);
  expect(isProven(result)).toBe(true);
  expect(linesOf(result, 3).at(-1)).toEqual({
    mutations: 800,
    caught: result.caught,
    equivalent: result.equivalent,
    missed: 0,
  });
  const fields = [...placesOf(original.run).keys()];
  expect(fields.filter((field) => !result.fields.has(field))).toEqual([]);
});

test.each(["chainId", "batches", "plans", "receipts", "executions"])(
  "an audit that does not look at %s is found out, by what it missed",
  async (field) => {
    const result = await runSuite(OPTIONS, [subjectOf(field)], parts);
    expect(result.missed.length).toBeGreaterThan(0);
    expect(isProven(result)).toBe(false);
    for (const { why } of result.missed) expect(why).toBe("every check is ok");
  },
);

test("an audit that breaks, one that cries out over nothing, and an idle check are found out", async () => {
  const { audit } = subjectOf();
  const broken = (value: unknown): AuditReport => {
    if (value === undefined) throw new TypeError("no value");
    return audit(value);
  };
  const [miss] = (await runSuite(OPTIONS, [{ original, audit: broken }], parts)).missed;
  expect(miss?.why).toContain("the audit broke: TypeError");
  const text = JSON.stringify(original.run);
  const nervous = (value: unknown): AuditReport => {
    const { checks, trusted } = audit(value);
    return JSON.stringify(value) === text ? { checks, trusted } : { checks, trusted: ["more"] };
  };
  const [alarm] = (await runSuite(OPTIONS, [{ original, audit: nervous }], parts)).missed;
  expect(alarm?.why).toContain("it says the same");
  const idle = (value: unknown): AuditReport => {
    const { checks, trusted } = audit(value);
    return { checks: checks.filter(({ name }) => name !== "draw"), trusted };
  };
  const result = await runSuite(OPTIONS, [{ original, audit: idle }], parts);
  expect([idleChecks(result), isProven(result)]).toEqual([["draw"], false]);
});

test("a check that only ever leaves things open is idle, unless it is named as one that cannot fail", async () => {
  const { audit } = subjectOf();
  const resultWith = (open: readonly string[]) => {
    const changed = (value: unknown): AuditReport => {
      const { checks, trusted } = audit(value);
      const isOpen = ({ name, result }: (typeof checks)[number]) =>
        result === "failed" && open.includes(name);
      return {
        checks: checks.map((check) =>
          isOpen(check) ? ({ ...check, result: "unknown" } as const) : check,
        ),
        trusted,
      };
    };
    return runSuite(OPTIONS, [{ original, audit: changed }], parts);
  };
  const named = await resultWith(Object.keys(NEVER_FAILING));
  expect([idleChecks(named), isProven(named)]).toEqual([[], true]);
  expect(linesOf(named, 3)).toContainEqual({ neverFailing: NEVER_FAILING, idle: [] });
  expect(tableOf(named, 3)).toContain("anchor never fails: ");
  const unnamed = await resultWith(["rank"]);
  expect(unnamed.missed).toEqual([]);
  expect([idleChecks(unnamed), isProven(unnamed)]).toEqual([["rank"], false]);
  expect(tableOf(unnamed, 3)).toContain("IDLE: rank found nothing wrong");
});

test("a run that is not sound to begin with shows nothing, and an interrupt ends the suite", async () => {
  const audit = (): AuditReport => ({
    checks: [{ name: "anchor", result: "unknown", subject: "", detail: "none given" }],
    trusted: [],
  });
  const unsound = runSuite(OPTIONS, [{ original, audit }], parts);
  await expect(unsound).rejects.toEqual(new SuiteError("a run", "anchor unknown: none given"));
  await expect(unsound).rejects.toThrow(/MUTATE_UNSOUND_RUN/);
  const stop = new AbortController();
  const stopped = runSuite(OPTIONS, [subjectOf()], { ...parts, signal: stop.signal });
  setImmediate(() => stop.abort(new RangeError("enough")));
  await expect(stopped).rejects.toThrow("enough");
});

test("one seed gives the same mutations again, another one others", () => {
  const texts = (seed: number) => {
    const random = new Random(seed);
    const others = [original];
    return Array.from({ length: 50 }, (_, number) => mutate(original, { number, others, random }));
  };
  expect(texts(5)).toEqual(texts(5));
  expect(texts(5)).not.toEqual(texts(6));
});

test("the plans of a bigger export are no change of a smaller one's; others are", () => {
  const plans = { [word(6)]: { name: "a" } };
  const hows = (others: readonly Parameters<typeof changeValue>[0][]) => {
    const random = new Random(2);
    return Array.from({ length: 60 }, () => changeValue(plans, others, random).how);
  };
  expect(hows([{ ...plans, [word(7)]: { name: "b" } }])).not.toContain("another's");
  expect(hows([{ [word(6)]: { name: "b" } }])).toContain("another's");
  expect(hows([{ [word(7)]: { name: "a" } }])).toContain("another's");
});

test("a rewritten file says the same; another order of what is in order does not", () => {
  const random = new Random(1);
  const meaning = meaningOf(original.run);
  const seen = new Set<string>();
  for (let turn = 0; turn < 100; turn += 1) {
    const { how, text } = rewrite(original.run, random);
    expect(text, how).not.toBe(original.text);
    expect(meaningOf(JSON.parse(text)), how).toBe(meaning);
    seen.add(how);
  }
  expect(seen.size).toBe(6);
  const path = ["receipts", 0, "proof"] as const;
  const doubled = [...(valueAt(original.run, path) as string[]), word(4)];
  expect(meaningOf(withValue(original.run, path, doubled))).not.toBe(meaning);
});

test("the command line has its defaults, and refuses what it cannot do", () => {
  expect(parseMutateArguments([])).toEqual({
    seed: 1,
    count: 5_000,
    json: false,
    given: null,
    help: false,
  });
  const given = parseMutateArguments(["--run", "a.json", "--anchor", word(1), "--count", "600"]);
  expect(given).toMatchObject({ given: { file: "a.json", anchorHash: word(1) }, count: 600 });
  for (const wrong of [
    ["--run", "a"],
    ["--anchor", "0x1", "--run", "a"],
    ["--count", "0"],
    ["x"],
  ]) {
    expect(() => parseMutateArguments(wrong)).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ usage: MUTATE_USAGE }) }),
    );
  }
});
