import type { Delivery, HttpStep } from "../plan/plan.ts";
import { readBody } from "./body.ts";
import { readTemplate } from "./computed.ts";
import { readHeaders } from "./header.ts";
import type { Dependency, Names } from "./names.ts";
import { type Fields, readChoice, readFields, readText } from "./reader.ts";
import type { Report } from "./report.ts";
import type { Tree } from "./tree.ts";
import { readOrigin } from "./url.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

export type HttpPart = Pick<HttpStep, "kind" | "method" | "url" | "origin" | "headers" | "body">;

/** Compiles what is under `http`; parts that are wrong are reported and filled in. */
export function readHttp(
  tree: Tree,
  names: Names,
  report: Report,
): { readonly part: HttpPart; readonly dependencies: readonly Dependency[] } | null {
  const shape = { required: ["method", "url"], optional: ["headers", "body", "insecure"] };
  const fields = readFields(tree, "'http'", shape, report);
  if (fields === null) return null;
  const methodTree = fields.get("method");
  const method =
    methodTree === undefined ? null : readChoice(methodTree, "'method'", METHODS, report);
  const url = readUrl(fields, names, report);
  const headersTree = fields.get("headers");
  const headers =
    headersTree === undefined
      ? { values: {}, dependencies: [] }
      : readHeaders(headersTree, names, report);
  const bodyTree = fields.get("body");
  const { body, dependencies } =
    bodyTree === undefined ? { body: null, dependencies: [] } : readBody(bodyTree, names, report);
  if (body !== null && (method === "GET" || method === "HEAD")) {
    report.add("DEED_WRONG_VALUE", fields.keySpan("body"), `a ${method} request has no body`);
  }
  return {
    part: {
      kind: "http",
      method: method ?? "GET",
      url: url.source,
      origin: url.origin,
      headers: withContentType(headers.values, body),
      body,
    },
    dependencies: [...url.dependencies, ...headers.dependencies, ...dependencies],
  };
}

function readUrl(
  fields: Fields,
  names: Names,
  report: Report,
): { source: string; origin: string; dependencies: readonly Dependency[] } {
  const nothing = { source: "", origin: "", dependencies: [] };
  const insecureTree = fields.get("insecure");
  const insecure = insecureTree?.kind === "scalar" ? insecureTree.value : undefined;
  if (insecureTree !== undefined && typeof insecure !== "boolean") {
    report.add("DEED_WRONG_TYPE", insecureTree.span, "'insecure' must be true or false");
  }
  const tree = fields.get("url");
  const text = tree === undefined ? null : readText(tree, "'url'", report);
  const template = text === null ? null : readTemplate(text, "text", names, report);
  if (text === null || template === null) return nothing;
  const origin = readOrigin(text, template, insecure === true, report);
  return { source: template.source, origin: origin ?? "", dependencies: template.dependencies };
}

function withContentType(
  headers: { readonly [name: string]: string },
  body: HttpStep["body"],
): { readonly [name: string]: string } {
  if (body === null || Object.hasOwn(headers, "content-type")) return headers;
  const type = body.type === "json" ? "application/json" : "text/plain; charset=utf-8";
  return { ...headers, "content-type": type };
}

/** How often a request may leave a node when the author does not say: methods that repeat safely may. */
export function defaultDelivery(method: HttpStep["method"]): Delivery {
  return method === "POST" || method === "PATCH" ? "once" : "idempotent";
}
