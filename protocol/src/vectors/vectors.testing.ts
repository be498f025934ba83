import { permissionVectors, planVectors } from "./plan-vectors.testing.ts";
import {
  draws,
  executionIds,
  leaseClasses,
  opinions,
  ranks,
  seeds,
} from "./round-vectors.testing.ts";
import { dutyDigests, intentDigests, ownerDigests } from "./structure-vectors.testing.ts";
import { batches, claims, itemLeaves, recordBytes, trees } from "./tree-vectors.testing.ts";
import type { Case } from "./values.testing.ts";

/** All vectors by the name of their file, without its ending. */
export function allVectors(): { readonly [file: string]: readonly Case[] } {
  return {
    trees: trees(),
    claims: claims(),
    items: itemLeaves(),
    records: recordBytes(),
    batches: batches(),
    plans: planVectors(),
    permissions: permissionVectors(),
    intents: intentDigests(),
    ...ownerDigests(),
    ...dutyDigests(),
    executions: executionIds(),
    ranks: ranks(),
    "lease-classes": leaseClasses(),
    ...seeds(),
    draws: draws(),
    ...opinions(),
  };
}

/** The text of a file. */
export function vectorText(cases: readonly Case[]): string {
  return `${JSON.stringify({ cases }, null, 2)}\n`;
}
