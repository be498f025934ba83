import type { Hex } from "@deed/protocol/encoding";
import type { EffectRequest, EffectResult } from "@deed/protocol/runtime";
import { type Columns, choice, hex, integer, json, optional, text } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

export type RunState = "running" | "done" | "abandoned";

/** One attempt of this node at an execution. */
export interface RunRow {
  readonly executionId: Hex;
  readonly attempt: number;
  readonly batchNo: number;
  readonly state: RunState;
  /** Process that runs it; another one resumes from the effects. */
  readonly processId: string;
  readonly startedMs: number;
  readonly endedMs: number | null;
}

const RUN_COLUMNS: Columns<RunRow> = {
  executionId: hex,
  attempt: integer,
  batchNo: integer,
  state: choice<RunState>(),
  processId: text,
  startedMs: integer,
  endedMs: optional(integer),
};

export class Runs extends Table<RunRow, "executionId" | "attempt"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "runs", columns: RUN_COLUMNS, key: ["executionId", "attempt"] });
  }

  running(): RunRow[] {
    return this.select("state = 'running' ORDER BY started_ms");
  }
}

/** `started` without a result: the request may have left. */
export type EffectState = "started" | "done";

/** One try of one step: what was asked and what came back. */
export interface EffectRow {
  readonly executionId: Hex;
  readonly attempt: number;
  readonly step: number;
  readonly try: number;
  readonly state: EffectState;
  readonly request: EffectRequest;
  readonly result: EffectResult | null;
  readonly processId: string;
  readonly startedMs: number;
}

const EFFECT_COLUMNS: Columns<EffectRow> = {
  executionId: hex,
  attempt: integer,
  step: integer,
  try: integer,
  state: choice<EffectState>(),
  request: json<EffectRequest>(),
  result: optional(json<EffectResult>()),
  processId: text,
  startedMs: integer,
};

export class Effects extends Table<EffectRow, "executionId" | "attempt" | "step" | "try"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "effects",
      columns: EFFECT_COLUMNS,
      key: ["executionId", "attempt", "step", "try"],
    });
  }

  /** In the order in which they happened within each step. */
  ofRun(executionId: Hex, attempt: number): EffectRow[] {
    return this.select("execution_id = :executionId AND attempt = :attempt ORDER BY step, try", {
      executionId: executionId.toLowerCase(),
      attempt,
    });
  }
}
