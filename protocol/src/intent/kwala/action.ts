import { notYet, readMap } from "../reader.ts";
import type { Report } from "../report.ts";
import { nearest } from "../suggest.ts";
import type { MapTree, Span, Tree } from "../tree.ts";
import { booleanAt, integerAt, listAt, mapAt, textAt } from "./build.ts";
import { callTree } from "./call.ts";
import { reportMissing } from "./event-source.ts";
import { ACTION_SHAPE, type KwalaFields, readKeys } from "./keys.ts";
import { postTree } from "./post.ts";
import type { EventScope } from "./re-event.ts";
import { wordOf } from "./value.ts";

/** An action whose name, kind and retries are read. */
export interface KwalaAction {
  readonly id: string;
  /** As it stands in the file. */
  readonly name: string;
  readonly kind: "call" | "post";
  readonly attempts: number;
  readonly fields: KwalaFields;
}

/** Reads the entries of `Actions`; null for what the report refuses. */
export function readActions(tree: Tree, report: Report): readonly (KwalaAction | null)[] {
  if (tree.kind !== "list" || tree.items.length === 0) {
    report.add("DEED_WRONG_TYPE", tree.span, "'Actions' must be a list with an action", {
      hint: "each entry begins with '- Name:'",
    });
    return [];
  }
  const ids = new Set<string>();
  return tree.items.map((item) => {
    const map = readMap(item, "an action", report);
    return map === null ? null : readAction(map, ids, report);
  });
}

function readAction(map: MapTree, ids: Set<string>, report: Report): KwalaAction | null {
  const fields = readKeys(map, ACTION_SHAPE, report);
  const attempts = readAttempts(fields.used("RetriesUntilSuccess"), report);
  const kind = readKind(fields, report);
  const nameTree = fields.used("Name");
  const name = nameTree === undefined ? null : wordOf(nameTree);
  if (nameTree === undefined || name === null) {
    reportMissing("Name", "an action", fields, report);
    return null;
  }
  const id = idOf(name, ids);
  if (kind === null) return null;
  return { id, name, kind, attempts, fields };
}

// Native ids are small: other characters become _, and what then is the same gets a number.
function idOf(name: string, ids: Set<string>): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  const lettered = /^[a-z]/.test(plain) && !/^(in|true|false|null)$/.test(plain);
  const base = (lettered ? plain : `action_${plain}`).slice(0, 24).replace(/_+$/, "");
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}_${number}`;
    if (ids.has(id)) continue;
    ids.add(id);
    return id;
  }
}

function readKind(fields: KwalaFields, report: Report): "call" | "post" | null {
  const tree = fields.used("Type");
  if (tree === undefined) {
    reportMissing("Type", "an action", fields, report);
    return null;
  }
  const word = wordOf(tree) ?? "";
  if (word === "call" || word === "post") return word;
  if (word === "api") return "post";
  if (word === "deploy") {
    notYet("a deployment (Type: deploy)", tree.span, report);
    return null;
  }
  report.add("DEED_WRONG_VALUE", tree.span, `'Type' cannot be '${word}'`, {
    suggestion: nearest(word, ["call", "post", "deploy"]),
    hint: "call: a contract's function; post: an HTTP POST",
  });
  return null;
}

const MAX_RETRIES = 9;

function readAttempts(tree: Tree | undefined, report: Report): number {
  if (tree === undefined) return 1;
  const word = wordOf(tree) ?? "";
  if (/^[0-9]{1,3}$/.test(word) && Number(word) <= MAX_RETRIES) return 1 + Number(word);
  report.add(
    "DEED_OUT_OF_RANGE",
    tree.span,
    `'RetriesUntilSuccess' is between 0 and ${MAX_RETRIES}`,
  );
  return 1;
}

/** What decides how an action becomes a step. */
export interface ActionContext {
  readonly mode: "sequential" | "parallel";
  readonly scope: EventScope;
  /** Actions before it. */
  readonly earlier: readonly KwalaAction[];
}

/** The native step of an action; null when the report says why there is none. */
export function stepTree(action: KwalaAction, context: ActionContext, report: Report): Tree | null {
  const { fields, id, kind, attempts } = action;
  const { mode, earlier, scope } = context;
  const body = kind === "post" ? postTree(fields, scope, report) : callTree(fields, scope, report);
  if (body === null) return null;
  const typeSpan = fields.keySpan("Type");
  const last = earlier.at(-1);
  const needs = mode === "parallel" || last === undefined ? [] : [textAt(typeSpan, last.id)];
  const reads =
    mode === "sequential" && kind === "call"
      ? earlier.find((one) => one.kind === "post")
      : undefined;
  if (reads !== undefined) {
    const message = `this call waits for '${reads.name}', of whose success one executor alone is the witness`;
    report.add("DEED_KWALA_ASSUMED", typeSpan, message, {
      hint: "Kwala cannot say otherwise: it is taken as accepted (accept: recorded)",
    });
  }
  return mapAt(
    fields.span,
    {
      id: textAt(fields.keySpan("Name"), id),
      needs: listAt(typeSpan, needs),
      [kind === "post" ? "http" : "call"]: body,
      delivery: kind === "post" && attempts > 1 ? textAt(typeSpan, "idempotent") : undefined,
      accept: reads === undefined ? undefined : textAt(typeSpan, "recorded"),
      retry:
        attempts === 1
          ? undefined
          : mapAt(fields.keySpan("RetriesUntilSuccess"), {
              attempts: integerAt(fields.keySpan("RetriesUntilSuccess"), attempts),
            }),
    },
    typeSpan,
  );
}

/** A step that tells a URL how an action ended, whatever its end. */
export function statusStep(
  action: KwalaAction,
  {
    url,
    workflow,
  }: { readonly url: { readonly text: string; readonly span: Span }; readonly workflow: string },
): Tree {
  const at = (value: string) => textAt(url.span, value);
  const body = mapAt(url.span, {
    workflow: at(workflow),
    action: at(action.name.replaceAll("${", "$${")),
    status: at(`\${steps.${action.id}.outcome}`),
  });
  return mapAt(url.span, {
    id: at(`${action.id}_status`),
    needs: listAt(url.span, []),
    http: mapAt(url.span, {
      method: at("POST"),
      url: at(url.text),
      insecure: url.text.startsWith("http:") ? booleanAt(url.span, true) : undefined,
      body,
    }),
    delivery: at("idempotent"),
    retry: mapAt(url.span, { attempts: integerAt(url.span, STATUS_ATTEMPTS) }),
  });
}

export const STATUS_ATTEMPTS = 3;
