import type { Finding } from "./attack.ts";
import type { NotOpened } from "./run-attacks.ts";

/** The last line of `npm run escape -- --json`. */
export interface EscapeResult {
  /** Attacks on an adapter that promises to contain them. */
  readonly attacks: number;
  readonly contained: number;
  /** Attacks that an adapter does not promise to contain. They count in neither number above. */
  readonly notPromised: number;
  readonly adapters: readonly string[];
  /** Adapters that this machine cannot open: nothing was shown of them. */
  readonly notOpened: readonly NotOpened[];
  /** Ended before everything was tried: the numbers say nothing of the rest. */
  readonly isInterrupted: boolean;
  readonly seconds: number;
}

export function resultOf(
  findings: readonly Finding[],
  notOpened: readonly NotOpened[],
  { isInterrupted, seconds }: Pick<EscapeResult, "isInterrupted" | "seconds">,
): EscapeResult {
  const promised = findings.filter(({ contained }) => contained !== null);
  return {
    attacks: promised.length,
    contained: promised.filter(({ contained }) => contained === true).length,
    notPromised: findings.length - promised.length,
    adapters: [...new Set(findings.map(({ adapter }) => adapter))],
    notOpened,
    isInterrupted,
    seconds,
  };
}

/** Everything that was promised was contained, and something was; in a control nothing was. */
export function isAsItShouldBe(
  { attacks, contained, isInterrupted }: EscapeResult,
  isControl: boolean,
): boolean {
  return !isInterrupted && attacks > 0 && contained === (isControl ? 0 : attacks);
}

/** A line for people. */
export function lineOf({ attack, adapter, expected, happened, contained, ms }: Finding): string {
  const isControl = adapter === "none";
  const [yes, no] = isControl ? ["DOES NOT WORK", "works"] : ["contained", "NOT CONTAINED"];
  const verdict = contained === null ? "no promise" : contained ? yes : no;
  const how = contained === !isControl ? happened : `${happened} (expected: ${expected})`;
  return `${verdict.padEnd(14)}${adapter.padEnd(11)}${attack.padEnd(36)}${`${ms} ms`.padStart(8)}  ${how}`;
}
