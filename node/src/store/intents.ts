import type { Hex } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { IntentJson } from "@deed/sdk";
import { type Columns, choice, hex, integer, interned, json, optional, text } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** `refused`: this node will not run it, for the reason that it gives. */
export type IntentState = "accepted" | "refused" | "revoked" | "expired";

/** Begins a refusal that says something of this node, not of the intent. */
export const REFUSED_HERE = "here: ";

/** A registered intent. */
export interface IntentRow {
  readonly intentNo: number;
  readonly intentHash: Hex;
  readonly owner: Hex;
  readonly name: string;
  readonly yaml: string;
  /** Null when the YAML does not compile to what was signed. */
  readonly plan: Plan | null;
  readonly planRoot: Hex;
  /** Trigger kind by number. */
  readonly kind: number;
  readonly leaseClass: number;
  readonly runtime: number;
  readonly validUntilSec: number;
  /** As its slot keeps it (spec 08): first tick or height; time of the registration where there is none. */
  readonly start: number;
  /** Seconds, of kind block blocks. */
  readonly period: number;
  readonly catchUp: number;
  readonly state: IntentState;
  readonly refusal: string | null;
  readonly registeredBlock: number;
  readonly registeredTx: Hex;
  readonly revokedBlock: number | null;
  /** The signed structure, big numbers as decimal strings. */
  readonly intent: IntentJson;
  readonly signature: Hex;
}

/** Plans whose compiled form is worth its memory. */
const PLANS = 512;

const COLUMNS: Columns<IntentRow> = {
  intentNo: integer,
  intentHash: hex,
  owner: hex,
  name: text,
  yaml: text,
  // What is compiled of a plan is kept with its object (`programOf`).
  plan: optional(interned(json<Plan>(), PLANS)),
  planRoot: hex,
  kind: integer,
  leaseClass: integer,
  runtime: integer,
  validUntilSec: integer,
  start: integer,
  period: integer,
  catchUp: integer,
  state: choice<IntentState>(),
  refusal: optional(text),
  registeredBlock: integer,
  registeredTx: hex,
  revokedBlock: optional(integer),
  intent: json<IntentJson>(),
  signature: hex,
};

export class Intents extends Table<IntentRow, "intentNo"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "intents", columns: COLUMNS, key: ["intentNo"] });
  }

  byHash(intentHash: Hex): IntentRow | null {
    return this.selectOne("intent_hash = :intentHash", { intentHash: intentHash.toLowerCase() });
  }

  /** Accepted intents of one trigger kind. */
  accepted(kind: number): IntentRow[] {
    return this.select("state = 'accepted' AND kind = :kind ORDER BY intent_no", { kind });
  }

  /** Newest first, numbers below `before`. */
  page(before: number, limit: number): IntentRow[] {
    return this.select("intent_no < :before ORDER BY intent_no DESC LIMIT :limit", {
      before,
      limit,
    });
  }

  ofOwner(owner: Hex, before: number, limit: number): IntentRow[] {
    return this.select(
      "owner = :owner AND intent_no < :before ORDER BY intent_no DESC LIMIT :limit",
      { owner: owner.toLowerCase(), before, limit },
    );
  }
}
