import { readInteger } from "./reader.ts";
import type { Report } from "./report.ts";
import { nearest } from "./suggest.ts";
import type { Tree } from "./tree.ts";

/** Chains that triggers and calls may name. */
export interface ChainIds {
  /** The ledger's: what a workflow means that names none. */
  readonly ledger: number;
  /** Others that the network has an endpoint for. */
  readonly others: readonly number[];
}

/** The chain that is named, or the ledger's. */
export function readChain(tree: Tree | undefined, chains: ChainIds, report: Report): number | null {
  if (tree === undefined) return chains.ledger;
  const chainId = readInteger(tree, "'chain'", [1, Number.MAX_SAFE_INTEGER], report);
  if (chainId === null) return null;
  const known = [chains.ledger, ...chains.others];
  if (known.includes(chainId)) return chainId;
  report.add("DEED_UNKNOWN_CHAIN", tree.span, `this network does not know chain ${chainId}`, {
    suggestion: nearest(String(chainId), known.map(String)),
    hint: `it knows: ${known.join(", ")}`,
  });
  return null;
}
