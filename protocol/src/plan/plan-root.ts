import { jsonHash } from "../encoding/canonical-json.ts";
import { EncodingError } from "../encoding/encoding-error.ts";
import { type Hasher, keccak256, nobleHasher } from "../encoding/hasher.ts";
import type { Hex } from "../encoding/hex.ts";
import { asJson } from "../encoding/json.ts";
import { merklePath, merkleRoot } from "../encoding/merkle.ts";
import { leafOfWords, textWord } from "../encoding/word.ts";
import type { Permission, Plan, Step } from "./plan.ts";

// What an intent's `planRoot` binds (spec 03, "Plan").

const STEP = textWord("deed.step.1");
const PERMISSION = textWord("deed.permission.1");
const PLAN = textWord("deed.plan.1");
/** Kinds of steps by number (spec 03). */
export const STEP_KINDS = { http: 1, call: 2, script: 3 } as const;
const MODE_LITERAL = 1;

/** What the ledger checks of a permission; the text for people is the wallet's. */
export type PermissionKey = Omit<Permission, "call">;

/** The parts of a plan's root. */
export interface PlanRoots {
  readonly planHash: Hex;
  readonly stepsRoot: Hex;
  readonly permissionsRoot: Hex;
  readonly planRoot: Hex;
}

/** One permission's place under a plan root, as the gateway wants it. */
export interface PermissionProof {
  readonly permissionIndex: number;
  readonly permissionCount: number;
  readonly path: readonly Hex[];
}

/** Everything that `planRoot` is made of. Constant per plan: compute it once and keep it. */
export function planRoots(plan: Plan, hasher: Hasher = nobleHasher): PlanRoots {
  const planHash = jsonHash(asJson(plan), hasher);
  const stepsRoot = merkleRoot(
    plan.steps.map((step, index) => stepLeaf(step, index, hasher)),
    hasher,
  );
  const permissionsRoot = merkleRoot(permissionLeaves(plan, hasher), hasher);
  const planRoot = leafOfWords([PLAN, planHash, stepsRoot, permissionsRoot], hasher);
  return { planHash, stepsRoot, permissionsRoot, planRoot };
}

/** The on-chain calls that a plan allows, in the order of its steps. */
export function permissionKeys(plan: Plan): readonly PermissionKey[] {
  return plan.steps.flatMap((step, stepIndex) => {
    if (step.kind !== "call" || step.call.mode !== "literal") return [];
    const { target, valueWei, call } = step;
    return [{ stepIndex, target, valueWei: BigInt(valueWei), callData: call.callData }];
  });
}

/** Leaf of the permissions tree. */
export function permissionLeaf(permission: PermissionKey, hasher: Hasher = nobleHasher): Hex {
  const { stepIndex, target, valueWei, callData } = permission;
  const callDataHash = keccak256(callData, hasher);
  return leafOfWords([PERMISSION, stepIndex, target, valueWei, callDataHash, MODE_LITERAL], hasher);
}

/** Where the permission of a step stands, and its path. */
export function permissionProof(
  plan: Plan,
  stepIndex: number,
  hasher: Hasher = nobleHasher,
): PermissionProof {
  const permissions = permissionKeys(plan);
  const index = permissions.findIndex((permission) => permission.stepIndex === stepIndex);
  if (index < 0) {
    throw new EncodingError({ code: "BAD_POSITION", index: stepIndex, count: plan.steps.length });
  }
  return {
    permissionIndex: index,
    permissionCount: permissions.length,
    path: merklePath(permissionLeaves(plan, hasher), index, hasher),
  };
}

/** Leaf of the steps tree. */
export function stepLeaf(step: Step, index: number, hasher: Hasher = nobleHasher): Hex {
  const stepHash = jsonHash(asJson(step), hasher);
  return leafOfWords([STEP, index, STEP_KINDS[step.kind], stepHash], hasher);
}

function permissionLeaves(plan: Plan, hasher: Hasher): Hex[] {
  return permissionKeys(plan).map((permission) => permissionLeaf(permission, hasher));
}
