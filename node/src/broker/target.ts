import type { CallStep, HttpStep, Plan } from "@deed/protocol/plan";
import { BrokerError } from "./broker-error.ts";
import type { CallEffect, HttpEffect } from "./job.ts";
import { foreignPart } from "./signed-request.ts";

// Set by the broker or by HTTP itself; a plan that names one is refused.
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  "accept-encoding",
  "alt-used",
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "idempotency-key",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

// A plan cannot ask for more; a tunnel, an echo of the request or an upgrade is not the broker's to give.
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The step that a request names, if the signed plan holds just this request. @throws BrokerError */
export function plannedHttp(plan: Plan, effect: HttpEffect): { step: HttpStep; url: URL } {
  const step = plan.steps[effect.stepIndex];
  if (step?.kind !== "http" || step.id !== effect.stepId) throw notPermitted("step");
  if (!isPlannedTry(effect, step)) throw notPermitted("try");
  const { method } = effect.request;
  if (method !== step.method || !METHODS.has(method)) throw notPermitted("method");
  if (effect.delivery !== step.delivery) throw notPermitted("delivery");
  if (effect.origin !== step.origin) throw offOrigin("origin");
  const url = plannedUrl(step, effect.request.url);
  if (!Object.keys(step.headers).every(isAllowedHeader)) throw notPermitted("header");
  const foreign = foreignPart(step, effect.request);
  if (foreign === "url") throw offOrigin("path");
  if (foreign !== null) throw notPermitted(foreign);
  return { step, url };
}

/** The same for a call. Arguments that are literal must be those of the plan. @throws BrokerError */
export function plannedCall(plan: Plan, effect: CallEffect): CallStep {
  const step = plan.steps[effect.stepIndex];
  if (step?.kind !== "call" || step.id !== effect.stepId) throw notPermitted("step");
  if (!isPlannedTry(effect, step)) throw notPermitted("try");
  if (effect.target !== step.target) throw notPermitted("target");
  if (effect.valueWei !== step.valueWei) throw notPermitted("value");
  if (step.call.mode === "literal" && effect.callData !== step.call.callData) {
    throw notPermitted("call data");
  }
  if (!effect.callData.startsWith(step.selector)) throw notPermitted("selector");
  return step;
}

/** What the step's `retry` allows; each number is one effect, whose result the journal gives again. */
function isPlannedTry(effect: HttpEffect | CallEffect, step: HttpStep | CallStep): boolean {
  return Number.isSafeInteger(effect.try) && effect.try >= 1 && effect.try <= step.retry.attempts;
}

function isAllowedHeader(name: string): boolean {
  return TOKEN.test(name) && !RESERVED_HEADERS.has(name.toLowerCase());
}

function plannedUrl(step: HttpStep, text: string): URL {
  const url = parseUrl(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw offOrigin("scheme");
  // The host as written must be the host as understood: no user, no decimal, octal or hexadecimal
  // address, no other spelling of a name.
  const written = /^https?:\/\/([^/?#\\]*)/i.exec(text)?.[1]?.toLowerCase();
  const defaultPort = url.protocol === "https:" ? ":443" : ":80";
  if (written !== url.host && written !== `${url.host}${defaultPort}`) throw offOrigin("host");
  if (url.origin !== step.origin) throw offOrigin("origin");
  if (!url.href.startsWith(literalPrefix(step.url))) throw offOrigin("path");
  return url;
}

/** What of the URL the author has signed literally: all up to the first placeholder, resolved. */
function literalPrefix(template: string): string {
  const at = template.indexOf("${");
  const prefix = at < 0 ? template : template.slice(0, at);
  const { href } = parseUrl(prefix);
  // A lone origin is resolved to its root; the path may begin with the placeholder.
  return href;
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw offOrigin("URL");
  return new URL(text);
}

function offOrigin(what: string): BrokerError {
  return new BrokerError("ORIGIN_REFUSED", `not in the plan: ${what}`);
}

function notPermitted(what: string): BrokerError {
  return new BrokerError("NOT_PERMITTED", `not in the plan: ${what}`);
}
