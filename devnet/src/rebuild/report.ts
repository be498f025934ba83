import { LEDGER_TABLES, OWN_TABLES } from "@deed/node/rebuild";
import type { RebuiltNode } from "./rebuild-network.ts";

/** The last line of `npm run rebuild -- --json`. */
export interface RebuildResult {
  readonly tables: number;
  readonly rows: number;
  readonly differences: number;
}

export function resultOf(nodes: readonly RebuiltNode[]): RebuildResult {
  const tables = nodes.flatMap((node) => node.tables);
  return {
    tables: new Set(tables.map(({ name }) => name)).size,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    differences: tables.reduce((sum, { differences }) => sum + differences.length, 0),
  };
}

const shownDifferences = 10;

/** A line for each table of each node, for each difference, and for what no event fills. */
export function linesOf(nodes: readonly RebuiltNode[]): readonly string[] {
  return [...nodes.flatMap(linesOfNode), ...reasons()];
}

function linesOfNode({ nodeNo, toBlock, tables, own }: RebuiltNode): readonly string[] {
  const compared = tables.flatMap(({ name, rows, early, differences }) => [
    `  ${name.padEnd(12)} ${count(rows, "row")}, ${count(differences.length, "difference")}${
      early === 0 ? "" : `; ${early} more not on the ledger yet`
    }`,
    ...differences
      .slice(0, shownDifferences)
      .map(
        ({ row, column, live, rebuilt }) =>
          `    ${row} ${column ?? "whole row"}: live ${live ?? "none"}, rebuilt ${rebuilt ?? "none"}`,
      ),
  ]);
  const kept = own.map(({ name, rows }) => `${name} ${rows}`).join(", ");
  return [`Node ${nodeNo}, to block ${toBlock}`, ...compared, `  not from events: ${kept}`];
}

function reasons(): readonly string[] {
  const tables = Object.entries(OWN_TABLES).map(([name, reason]) => `  ${name}: ${reason}`);
  const columns = LEDGER_TABLES.flatMap(({ name, own }) =>
    Object.entries(own).map(([column, reason]) => `  ${name}.${column}: ${reason}`),
  );
  return ["Not compared, since no event says it:", ...tables, ...columns];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
