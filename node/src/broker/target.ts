import type { CallStep, HttpStep, Plan } from "@deed/protocol/plan";
import { BrokerError } from "./broker-error.ts";
import type { CallEffect, HttpEffect } from "./job.ts";

// Set by the broker or by HTTP itself; a plan that names one is refused.
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "idempotency-key",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Headers that the runtime may add to those of the step. */
const ADDED_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "content-type",
  "idempotency-key",
  "user-agent",
]);

/** The step that a request names, if the signed plan holds just this request. @throws BrokerError */
export function plannedHttp(plan: Plan, effect: HttpEffect): { step: HttpStep; url: URL } {
  const step = plan.steps[effect.stepIndex];
  if (step?.kind !== "http" || step.id !== effect.stepId) throw notPermitted("step");
  if (effect.request.method !== step.method) throw notPermitted("method");
  if (effect.delivery !== step.delivery) throw notPermitted("delivery");
  if (effect.origin !== step.origin) throw offOrigin("origin");
  if (step.body === null && effect.request.body !== null) throw notPermitted("body");
  checkHeaders(step, effect.request.headers);
  return { step, url: plannedUrl(step, effect.request.url) };
}

/** The same for a call. Arguments that are literal must be those of the plan. @throws BrokerError */
export function plannedCall(plan: Plan, effect: CallEffect): CallStep {
  const step = plan.steps[effect.stepIndex];
  if (step?.kind !== "call" || step.id !== effect.stepId) throw notPermitted("step");
  if (effect.target !== step.target) throw notPermitted("target");
  if (effect.valueWei !== step.valueWei) throw notPermitted("value");
  if (step.call.mode === "literal" && effect.callData !== step.call.callData) {
    throw notPermitted("call data");
  }
  if (!effect.callData.startsWith(step.selector)) throw notPermitted("selector");
  return step;
}

function checkHeaders(step: HttpStep, headers: { readonly [name: string]: string }): void {
  for (const name of Object.keys(headers)) {
    if (!Object.hasOwn(step.headers, name) && !ADDED_HEADERS.has(name))
      throw notPermitted("header");
    if (Object.hasOwn(step.headers, name) && RESERVED_HEADERS.has(name))
      throw notPermitted("header");
  }
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
