import type { ClaimsBarred } from "@deed/sdk";
import { timeText } from "../table.ts";
import { type Reason, reason } from "./reason.ts";

const LAST_DATE_SEC = 253_402_300_799;

/** Why nothing is claimed now, and who may change it. */
export function claimsBarredText({ by, untilSec }: ClaimsBarred): {
  readonly detail: string;
  readonly remedy: string;
} {
  // The last second that a date can name: until somebody lifts it.
  const until =
    untilSec > LAST_DATE_SEC ? "until the council lifts it" : `until ${timeText(untilSec)}`;
  switch (by) {
    case "pause":
      return {
        detail: `claims are paused on the whole network ${until}`,
        remedy: "Work goes on by itself then; `deed gov status` shows who paused it and why.",
      };
    case "suspension":
      return {
        detail: `the node's operator is suspended ${until}`,
        remedy: "Other operators claim meanwhile; `deed gov status` shows who decided it and why.",
      };
    case "jail":
      return {
        detail: `the node's operator is in jail after a proven fault ${until}`,
        remedy:
          "Other operators claim meanwhile; the council can reinstate it if the fault was none.",
      };
  }
}

const CODES = {
  pause: "CLAIMS_PAUSED",
  suspension: "OPERATOR_SUSPENDED",
  jail: "OPERATOR_JAILED",
} as const;

/** The same as reasons of what waits; none while the ledger takes claims. */
export function claimsBarredReasons(barred: ClaimsBarred | null): readonly Reason[] {
  if (barred === null) return [];
  const { detail, remedy } = claimsBarredText(barred);
  return [reason(CODES[barred.by], detail, remedy)];
}
