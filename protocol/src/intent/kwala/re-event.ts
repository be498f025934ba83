import type { Report } from "../report.ts";
import { nearest } from "../suggest.ts";
import { type ScalarTree, type Span, spanInside } from "../tree.ts";
import { textAt } from "./build.ts";
import { type EventParameter, needsText } from "./event-parameters.ts";

/** What `re.event(n)` may name. */
export interface EventScope {
  /** Parameters of the event of each kind of run; null for a kind that has none. Null: nothing is known. */
  readonly runs: readonly (readonly EventParameter[] | null)[] | null;
}

/** `text`: inside of text, or text of its own. `argument`: the value itself. */
export type EventPlace = "text" | "argument";

type TextTree = ScalarTree & { readonly value: string };

const RE_EVENT = /\{\{\s*re\.event\(\s*([0-9]{1,3})\s*\)\s*\}\}|re\.event\(\s*([0-9]{1,3})\s*\)/g;

/** Text with `re.event(n)` as a native template. */
export function templateOf(
  tree: TextTree,
  place: EventPlace,
  scope: EventScope,
  report: Report,
): ScalarTree {
  const { value } = tree;
  if (reportForeign(tree, scope, report)) return tree;
  const matches = [...value.matchAll(RE_EVENT)];
  if (matches.length === 0) return tree;
  let text = "";
  let end = 0;
  for (const match of matches) {
    const span = spanInside(tree, match.index, match.index + match[0].length);
    const expression = expressionOf(Number(match[1] ?? match[2]), scope, span, report);
    const isAlone = match[0].length === value.trim().length;
    text += value.slice(end, match.index) + placeholder(expression, isAlone && place === "text");
    end = match.index + match[0].length;
  }
  const whole = text + value.slice(end);
  return textAt(tree.span, place === "argument" ? whole.trim() : whole);
}

interface Expression {
  readonly source: string;
  readonly needsText: boolean;
}

// A lone placeholder would keep its value's type; Kwala puts text into text.
function placeholder({ source, needsText }: Expression, isAlone: boolean): string {
  return isAlone && needsText ? `\${string(${source})}` : `\${${source}}`;
}

/** The native expression of the n-th parameter; what it cannot be is reported. */
export function expressionOf(
  index: number,
  { runs }: EventScope,
  span: Span,
  report: Report,
): Expression {
  const none = { source: "event", needsText: false };
  if (runs === null) return none;
  const known = runs.filter((parameters) => parameters !== null);
  if (known.length < runs.length) {
    const message =
      known.length === 0
        ? `no event starts this workflow: re.event(${index}) has no value`
        : `not every run is started by an event: re.event(${index}) has no value in the others`;
    report.add("DEED_KWALA_NO_EVENT", span, message, {
      hint: "write the value itself, or two workflows: one for each trigger",
    });
    return none;
  }
  const found = known.map((parameters) => parameters[index]);
  const shortest = Math.min(...known.map(({ length }) => length));
  const [first] = found;
  if (first === undefined || shortest <= index) {
    const hint =
      shortest === 0 ? "it has none" : `the last is re.event(${shortest - 1}): they count from 0`;
    const message = `the event has no parameter ${index}`;
    report.add("DEED_KWALA_EVENT_INDEX", span, message, { hint });
    return none;
  }
  const text = found.some((parameter) => parameter !== undefined && needsText(parameter));
  return { source: `event.${first.name}`, needsText: text };
}

// What other systems, and some tutorials, write for a value.
const FOREIGN =
  /\{\{(?!\s*re\.event\(\s*[0-9]{1,3}\s*\)\s*\}\})[^}]*\}\}|\$\{[^}]*\}?|re\.event(?!\(\s*[0-9]{1,3}\s*\))\S{0,16}|re\.event\(\s*[0-9]{1,3}\s*\)\.[a-z]\w*|re\.result\([^)]*\)?/gi;

function reportForeign(tree: TextTree, scope: EventScope, report: Report): boolean {
  const matches = [...tree.value.matchAll(FOREIGN)];
  for (const { index, 0: text } of matches) {
    const span = spanInside(tree, index, index + text.length);
    if (/^re\.result/i.test(text)) {
      const message = `${text}, what an earlier call returned, is known, but not supported by this version`;
      report.add("DEED_NOT_YET", span, message);
      continue;
    }
    const message = `'${text}' is not replaced by Kwala: values come from re.event(n)`;
    report.add("DEED_KWALA_TEMPLATE", span, message, {
      suggestion: guess(text, scope),
      hint: "n is the parameter's position in the event, from 0",
    });
  }
  return matches.length > 0;
}

/** `{{event.tokenId}}` means the parameter of that name, where there is one. */
function guess(text: string, { runs }: EventScope): string | undefined {
  const [parameters] = runs ?? [];
  if (parameters === null || parameters === undefined) return undefined;
  const word = /([A-Za-z_]\w*)\W*$/.exec(text)?.[1];
  if (word === undefined) return undefined;
  const name = nearest(
    word,
    parameters.map((parameter) => parameter.name),
  );
  const index = parameters.findIndex((parameter) => parameter.name === name);
  return index < 0 ? undefined : `re.event(${index})`;
}
