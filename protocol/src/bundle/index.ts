export type { Bundle } from "./bundle.ts";
export {
  type BundleText,
  bundleText,
  bundleTextHash,
  joinBundles,
  splitBundles,
} from "./bundle-text.ts";
export { isLeaf, type ParsedBundle, parseBundle } from "./parse-bundle.ts";
export { parseRun } from "./parse-run.ts";
export type {
  AuditedContracts,
  ExportedBatch,
  ExportedExecution,
  ExportedReceipt,
  ExportedRun,
} from "./run.ts";
