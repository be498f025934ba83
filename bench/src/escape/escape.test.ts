import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { ESCAPE_USAGE, EscapeUsageError, parseEscapeArguments } from "./arguments.ts";
import type { Finding } from "./attack.ts";
import { attackAll } from "./attack-all.ts";
import { ATTACKS } from "./attacks.ts";
import { isAsItShouldBe, resultOf } from "./result.ts";

const quiet = {
  signal: new AbortController().signal,
  onFinding: () => undefined,
  say: () => undefined,
};
const parse = (...argv: readonly string[]) => parseEscapeArguments(argv, ATTACKS);
const leftBehind = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`deed-escape-${process.pid}-`));

const isHere = { zygote: hasCompiler(), bubblewrap: has("bwrap"), process: true } as const;

function has(program: string): boolean {
  try {
    execFileSync("which", [program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function hasCompiler(): boolean {
  return process.platform === "linux" && has(process.env["CC"] ?? "cc");
}

test.for(["zygote", "bubblewrap", "process"] as const)(
  "%s contains every attack of the short form",
  { timeout: 120_000 },
  async (adapter, context) => {
    const { findings, exitCode, result } = await attackAll(
      parse("--short", "--adapter", adapter),
      quiet,
    );
    const [refusal] = result.notOpened;
    // Where CI is set it must be there.
    const mayBeMissing = !isHere[adapter] && process.env["CI"] === undefined;
    if (mayBeMissing && refusal !== undefined) context.skip(refusal.why);
    expect(findings.filter(({ contained }) => contained === false)).toEqual([]);
    expect(result.contained).toBeGreaterThan(adapter === "process" ? 25 : 30);
    expect(exitCode).toBe(0);
    expect(leftBehind()).toEqual([]);
  },
);

const HARMLESS = [
  ...["read-host-files", "read-environment", "see-processes", "signal-process", "start-program"],
  ...["connect-loopback", "constructor-of-function", "infinite-loop", "exhaust-descriptors"],
];

test("the same attacks succeed where nothing contains them, and then the result is a failure", async () => {
  const chosen = HARMLESS.flatMap((name) => ["--attack", name]);
  const { findings, exitCode, result } = await attackAll(parse("--control", ...chosen), quiet);
  expect(findings.map(({ attack, contained }) => [attack, contained])).toEqual(
    ATTACKS.filter(({ name }) => HARMLESS.includes(name)).map(({ name }) => [name, false]),
  );
  expect(exitCode).toBe(0);
  expect(isAsItShouldBe(result, false)).toBe(false);
}, 60_000);

test("what is not promised counts in neither number", () => {
  const finding = { attack: "a", adapter: "process", expected: "", happened: "", ms: 1 } as const;
  const of = (...contained: readonly Finding["contained"][]) =>
    resultOf(
      contained.map((each) => ({ ...finding, contained: each })),
      [],
      { isInterrupted: false, seconds: 1 },
    );
  expect(of(true, null, true)).toMatchObject({ attacks: 2, contained: 2, notPromised: 1 });
  expect(isAsItShouldBe(of(true, null), false)).toBe(true);
  expect(isAsItShouldBe(of(true, false), false)).toBe(false);
  expect(isAsItShouldBe(of(null), false)).toBe(false);
});

test("one that is interrupted says so, and is no success", async () => {
  const stop = new AbortController();
  const given = parse(
    "--adapter",
    "process",
    "--attack",
    "overflow-stack",
    "--attack",
    "heap-bomb",
  );
  const { result, exitCode } = await attackAll(given, {
    ...quiet,
    signal: stop.signal,
    onFinding: () => stop.abort(),
  });
  expect(result).toMatchObject({ attacks: 1, contained: 1, isInterrupted: true });
  expect(isAsItShouldBe(result, false)).toBe(false);
  expect(exitCode).toBe(1);
}, 60_000);

test("names are given once, and each attack of the list has one", () => {
  const names = ATTACKS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(45);
});

test("a command line that names what is not there is refused", () => {
  expect(parse("--short").attacks.length).toBeLessThan(ATTACKS.length);
  expect(parse("-h").help).toBe("usage");
  for (const argv of [
    ["--adapter", "docker"],
    ["--attack", "nothing"],
    ["--fast"],
    ["--control", "--adapter", "process"],
    ["--short", "--attack", "broker-path-traversal"],
    ["--control", "--attack", "broker-path-traversal"],
  ]) {
    expect(() => parse(...argv)).toThrow(EscapeUsageError);
    expect(() => parse(...argv)).toThrow(ESCAPE_USAGE.slice(0, 20));
  }
});
