import type { Declaration } from "./abi/declaration.ts";
import type { Report } from "./report.ts";
import { spanInside, type Tree } from "./tree.ts";

const GIVES_POWER = "gives somebody else power over what the vault owns";
const CHANGES_CONTROL = "changes who controls the contract";
const HIDES_CALLS = "may do anything: its arguments are calls of their own";

const REASONS: { readonly [name: string]: string } = {
  approve: GIVES_POWER,
  increaseAllowance: GIVES_POWER,
  increaseApproval: GIVES_POWER,
  permit: GIVES_POWER,
  permit2: GIVES_POWER,
  setApprovalForAll: GIVES_POWER,
  setOperator: GIVES_POWER,
  authorizeOperator: GIVES_POWER,
  delegate: GIVES_POWER,
  acceptOwnership: CHANGES_CONTROL,
  changeAdmin: CHANGES_CONTROL,
  changeOwner: CHANGES_CONTROL,
  grantRole: CHANGES_CONTROL,
  renounceOwnership: CHANGES_CONTROL,
  renounceRole: CHANGES_CONTROL,
  revokeRole: CHANGES_CONTROL,
  setAdmin: CHANGES_CONTROL,
  setOwner: CHANGES_CONTROL,
  transferOwnership: CHANGES_CONTROL,
  upgradeTo: CHANGES_CONTROL,
  upgradeToAndCall: CHANGES_CONTROL,
  aggregate: HIDES_CALLS,
  aggregate3: HIDES_CALLS,
  aggregate3Value: HIDES_CALLS,
  execTransaction: HIDES_CALLS,
  execute: HIDES_CALLS,
  executeBatch: HIDES_CALLS,
  multiSend: HIDES_CALLS,
  multicall: HIDES_CALLS,
  tryAggregate: HIDES_CALLS,
};

/** Warns of functions that give away more than one action. */
export function warnOfFunction({ name }: Declaration, tree: Tree, report: Report): void {
  const reason = Object.hasOwn(REASONS, name) ? REASONS[name] : undefined;
  if (reason === undefined) return;
  const at = tree.kind === "scalar" ? String(tree.value).indexOf(name) : 0;
  const span = tree.kind === "scalar" ? spanInside(tree, at, at + name.length) : tree.span;
  report.add("DEED_DANGEROUS_FUNCTION", span, `'${name}' ${reason}`);
}
