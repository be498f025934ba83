export type { NodeConfig } from "../config.ts";
export type { ReadTables } from "../store/tables.ts";
export { SILENT } from "../telemetry/logger.ts";
export { type ComparedTable, compareStores, type Difference } from "./compare-stores.ts";
export { LEDGER_TABLES, OWN_TABLES } from "./ledger-tables.ts";
export { type RebuildOptions, type RebuildParts, rebuildStore } from "./rebuild-store.ts";
