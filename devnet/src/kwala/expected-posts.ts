import { parse } from "yaml";

/** A POST that a run must have sent. */
export interface ExpectedPost {
  readonly url: string;
  /** Null: without a body. */
  readonly body: unknown;
}

interface Action {
  readonly Name?: unknown;
  readonly Type?: unknown;
  readonly APIEndpoint?: unknown;
  readonly APIPayload?: unknown;
}

const RE_EVENT = /\{\{\s*re\.event\(\s*(\d+)\s*\)\s*\}\}|re\.event\(\s*(\d+)\s*\)/g;

interface KwalaFile {
  readonly Trigger?: { readonly ActionStatusNotificationPOSTURL?: unknown };
  readonly Actions?: readonly Action[];
}

export interface PostTerms {
  /** What `re.event(n)` stands for, by n. */
  readonly texts: readonly string[];
  /** The workflow's name in notifications; null where nobody is told. */
  readonly toldAs: string | null;
}

/** What a Kwala file says that a good run sends, read from the text itself and not from what it compiles to. */
export function expectedPosts(yaml: string, { texts, toldAs }: PostTerms): readonly ExpectedPost[] {
  const { Trigger, Actions = [] } = parse(yaml, { intAsBigInt: true }) as KwalaFile;
  const isPost = ({ Type }: Action): boolean => Type === "post" || Type === "api";
  const posts = Actions.filter(isPost).map(({ APIEndpoint, APIPayload }) => ({
    url: replaced(String(APIEndpoint).trim(), texts.map(encodeURIComponent)),
    body: isUnused(APIPayload) ? null : replacedIn(APIPayload, texts),
  }));
  if (toldAs === null) return posts;
  const url = String(Trigger?.ActionStatusNotificationPOSTURL).trim();
  const told = Actions.map(({ Name }) => ({
    url,
    body: { workflow: toldAs, action: String(Name), status: "ok" },
  }));
  return [...posts, ...told];
}

/** The same value, but that numbers may stand there as text: Kwala's own documents differ in that. */
export function isSameBody(expected: unknown, actual: unknown): boolean {
  if (Array.isArray(expected) || Array.isArray(actual)) {
    if (!Array.isArray(expected) || !Array.isArray(actual)) return false;
    return (
      expected.length === actual.length && expected.every((one, at) => isSameBody(one, actual[at]))
    );
  }
  if (!isMap(expected) || !isMap(actual)) return String(expected) === String(actual);
  const keys = Object.keys(expected);
  if (keys.length !== Object.keys(actual).length) return false;
  return keys.every((key) => isSameBody(expected[key], actual[key]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isUnused(payload: unknown): boolean {
  if (payload === undefined || payload === null || payload === "NA" || payload === "") return true;
  if (!isMap(payload)) return false;
  return Object.entries(payload).every(([key, value]) => key === "Message" && isUnused(value));
}

function replacedIn(value: unknown, texts: readonly string[]): unknown {
  if (typeof value === "string") return replaced(value, texts);
  if (Array.isArray(value)) return value.map((entry) => replacedIn(entry, texts));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, replacedIn(entry, texts)]),
  );
}

function replaced(text: string, texts: readonly string[]): string {
  return text.replace(RE_EVENT, (all, braced, bare) => texts[Number(braced ?? bare)] ?? all);
}
