import { AuditError } from "./audit-error.ts";
import type { UseWindow } from "./log-reconciler.ts";

// An exported trail of AWS KMS: who used a key, when and which one; never for what.

/** A key does one of these: a sealing key agrees on secrets, the others sign. */
const USES: readonly unknown[] = ["Sign", "DeriveSharedSecret"];

/** Which calls count. */
export interface TrailFilter extends UseWindow {
  /** Key id, ARN or alias, as the trail shows it in `resources` or in the request. */
  readonly keyId: string;
}

interface TrailEvent {
  readonly eventSource?: unknown;
  readonly eventName?: unknown;
  readonly eventTime?: unknown;
  readonly eventID?: unknown;
  readonly errorCode?: unknown;
  readonly requestParameters?: { readonly keyId?: unknown } | null;
  readonly resources?: readonly { readonly ARN?: unknown }[] | null;
}

/** How often KMS used a key: refused calls made nothing, and an event that stands in two files counts once. */
export function countSigns(files: readonly unknown[], filter: TrailFilter): number {
  const seen = new Set<unknown>();
  let count = 0;
  for (const event of files.flatMap(eventsOf)) {
    if (event.eventSource !== "kms.amazonaws.com" || !USES.includes(event.eventName)) continue;
    if (event.errorCode !== undefined && event.errorCode !== null) continue;
    if (!namesKey(event, filter.keyId) || !isWithin(event, filter)) continue;
    if (event.eventID !== undefined && seen.has(event.eventID)) continue;
    seen.add(event.eventID);
    count += 1;
  }
  return count;
}

/** A trail's file `{"Records":[…]}`, or what `aws cloudtrail lookup-events` prints, whose events are text. */
function eventsOf(file: unknown): readonly TrailEvent[] {
  const { Records, Events } = (file ?? {}) as { Records?: unknown; Events?: unknown };
  if (Array.isArray(Records)) return Records as readonly TrailEvent[];
  if (Array.isArray(Events)) return Events.map(lookedUp);
  throw new AuditError({ code: "AUDIT_BAD_TRAIL", reason: "neither Records nor Events" });
}

function lookedUp(event: { readonly CloudTrailEvent?: unknown }): TrailEvent {
  try {
    return JSON.parse(String(event.CloudTrailEvent)) as TrailEvent;
  } catch (cause) {
    throw new AuditError({ code: "AUDIT_BAD_TRAIL", reason: "CloudTrailEvent" }, { cause });
  }
}

function namesKey({ requestParameters, resources }: TrailEvent, keyId: string): boolean {
  const names = [requestParameters?.keyId, ...(resources ?? []).map(({ ARN }) => ARN)];
  return names.some((name) => {
    if (typeof name !== "string") return false;
    return name === keyId || name.endsWith(`:key/${keyId}`) || name.endsWith(`:${keyId}`);
  });
}

function isWithin({ eventTime }: TrailEvent, { fromMs, toMs }: TrailFilter): boolean {
  if (fromMs === null && toMs === null) return true;
  const atMs = Date.parse(String(eventTime));
  if (Number.isNaN(atMs)) {
    throw new AuditError({ code: "AUDIT_BAD_TRAIL", reason: `eventTime ${String(eventTime)}` });
  }
  return atMs >= (fromMs ?? Number.NEGATIVE_INFINITY) && atMs <= (toMs ?? Number.POSITIVE_INFINITY);
}
