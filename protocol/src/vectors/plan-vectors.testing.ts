import { canonicalJson, jsonHash } from "../encoding/canonical-json.ts";
import { keccak256 } from "../encoding/hasher.ts";
import { asJson } from "../encoding/json.ts";
import type { Plan } from "../plan/plan.ts";
import { permissionKeys, permissionLeaf, permissionProof, planRoots } from "../plan/plan-root.ts";
import { callStep, httpStep, planOf } from "../runtime/run.testing.ts";
import { address, big, type Case } from "./values.testing.ts";

const calls = [0, 1, 2].map((n) =>
  callStep(`call${n}`, {
    target: address(`target ${n}`),
    valueWei: String(10n ** 20n * BigInt(n)),
    call: { mode: "literal", callData: `0x5c36b186${"0".repeat(64 * n)}` },
  }),
);

const plans: readonly Plan[] = [
  planOf([httpStep("a")]),
  planOf([calls[1]!]),
  planOf([httpStep("a"), calls[0]!, httpStep("b"), calls[1]!, calls[2]!]),
];

/** Roots of plans; `json` is the canonical text. */
export function planVectors(): Case[] {
  return plans.map((plan) => ({
    json: canonicalJson(asJson(plan)),
    ...planRoots(plan),
  }));
}

/** Every permission of every plan, with its path. */
export function permissionVectors(): Case[] {
  return plans.flatMap((plan) =>
    permissionKeys(plan).map((permission) => {
      const { permissionIndex, permissionCount, path } = permissionProof(
        plan,
        permission.stepIndex,
      );
      const { stepIndex, target, valueWei, callData } = permission;
      const roots = planRoots(plan);
      return {
        step: stepIndex,
        target,
        valueWei: big(valueWei),
        callData,
        callDataHash: keccak256(callData),
        inputHash: jsonHash({ target, valueWei: valueWei.toString(), callData }),
        leaf: permissionLeaf(permission),
        permissionIndex,
        permissionCount,
        path,
        ...roots,
      };
    }),
  );
}
