import { canonicalJson, EncodingError, type Json, parseExactJson } from "@deed/protocol/encoding";
import {
  compileTemplate,
  type HttpStep,
  hasDotSegment,
  type TemplatedJson,
} from "@deed/protocol/plan";
import type { HttpRequest } from "@deed/protocol/runtime";

// What asks for a request is the sandbox, which may be hostile: every letter that the author signed must stand in the
// request, and placeholders may give no more than the runtime's escaping lets through.

/** Text that a request may have in the place of a template. */
type Pattern = (text: string) => boolean;

interface SignedRequest {
  readonly url: Pattern;
  readonly headers: ReadonlyMap<string, Pattern>;
  readonly body: Pattern;
}

/** Percent-encoded: no value of a placeholder ends its segment, its parameter or the host. */
const IN_URL = /^[A-Za-z0-9\-._~%]*$/;
/** Nothing that ends a line. */
const IN_HEADER = /^[ -~]*$/;
const ANYTHING = /^/;

const signed = new WeakMap<HttpStep, SignedRequest>();

/** Which part of the request the step's templates cannot have given; null when it is the step's. */
export function foreignPart(
  step: HttpStep,
  request: HttpRequest,
): "url" | "header" | "body" | null {
  let patterns = signed.get(step);
  if (patterns === undefined) {
    patterns = patternsOf(step);
    signed.set(step, patterns);
  }
  const { url, headers, body } = patterns;
  if (!url(request.url)) return "url";
  // Left out is another request, too.
  if (Object.keys(request.headers).length !== headers.size) return "header";
  for (const [name, value] of Object.entries(request.headers)) {
    if (headers.get(name)?.(value) !== true) return "header";
  }
  if ((step.body === null) !== (request.body === null)) return "body";
  return request.body === null || body(request.body) ? null : "body";
}

const CONTENT_TYPES = { json: "application/json", text: "text/plain; charset=utf-8" } as const;

function patternsOf(step: HttpStep): SignedRequest {
  const { body } = step;
  const headers = new Map(
    Object.entries(step.headers).map(([name, value]) => [name, patternOf(value, IN_HEADER)]),
  );
  if (body !== null && !headers.has("content-type")) {
    headers.set("content-type", (value) => value === CONTENT_TYPES[body.type]);
  }
  return { url: urlPattern(step.url), headers, body: bodyPattern(body) };
}

/** As the runtime does it: no value becomes `.` or `..`, which would take a signed segment away as the URL is read. */
function urlPattern(template: string): Pattern {
  const matches = patternOf(template, IN_URL);
  const hasGap = compileTemplate(template).parts.length > 1;
  return (text) => matches(text) && !(hasGap && hasDotSegment(text));
}

function bodyPattern(body: HttpStep["body"]): Pattern {
  if (body === null) return () => false;
  if (body.type === "text") return patternOf(body.value, ANYTHING);
  const matches = jsonPattern(body.value);
  return (text) => {
    const json = parsed(text);
    // One spelling only: of two equal names servers take different ones.
    return json !== undefined && matches(json) && canonicalJson(json) === text;
  };
}

function parsed(text: string): Json | undefined {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}

/** Literal parts in their order, the first at the start and the last at the end, and between them what `gap` allows. */
function patternOf(template: string, gap: RegExp): Pattern {
  const { parts } = compileTemplate(template);
  return (text) => {
    let at = 0;
    let isOpen = false;
    for (const [index, part] of parts.entries()) {
      if (typeof part !== "string") {
        isOpen = true;
        continue;
      }
      const isLast = index === parts.length - 1;
      const found = isOpen && isLast ? text.length - part.length : text.indexOf(part, at);
      if (found < at || !text.startsWith(part, found) || (!isOpen && found !== at)) return false;
      if (!gap.test(text.slice(at, found))) return false;
      at = found + part.length;
      isOpen = false;
    }
    return isOpen ? gap.test(text.slice(at)) : at === text.length;
  };
}

function jsonPattern(templated: TemplatedJson): (json: Json) => boolean {
  if (typeof templated === "string") {
    const [only, ...more] = compileTemplate(templated).parts;
    // It keeps its value's type: any JSON.
    if (more.length === 0 && only !== undefined && typeof only !== "string") return () => true;
    const matches = patternOf(templated, ANYTHING);
    return (json) => typeof json === "string" && matches(json);
  }
  if (templated === null || typeof templated !== "object") return (json) => json === templated;
  if (Array.isArray(templated)) {
    const items = (templated as readonly TemplatedJson[]).map(jsonPattern);
    return (json) =>
      Array.isArray(json) &&
      json.length === items.length &&
      items.every((matches, index) => matches(json[index] as Json));
  }
  const entries = Object.entries(templated as { readonly [key: string]: TemplatedJson }).map(
    ([key, value]) => [key, jsonPattern(value)] as const,
  );
  return (json) =>
    typeof json === "object" &&
    json !== null &&
    !Array.isArray(json) &&
    Object.keys(json).length === entries.length &&
    entries.every(
      ([key, matches]) =>
        Object.hasOwn(json, key) && matches((json as { readonly [key: string]: Json })[key]!),
    );
}
