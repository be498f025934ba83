import type { Attack } from "./attack.ts";
import { BROKERED } from "./attacks/broker.ts";
import { FILLING } from "./attacks/fill.ts";
import { NATIVE_ATTACKS } from "./attacks/native.ts";
import { NEIGHBOURING } from "./attacks/neighbours.ts";
import { PLANNED } from "./attacks/plans.ts";
import { REACHING } from "./attacks/reach.ts";
import { TALKING } from "./attacks/talk.ts";
import { CANARY } from "./canary.ts";

/** All of them. The canary comes last: it looks at what all before it may have left. */
export const ATTACKS: readonly Attack[] = [
  ...REACHING,
  ...NATIVE_ATTACKS,
  ...FILLING,
  ...TALKING,
  ...PLANNED,
  ...BROKERED,
  ...NEIGHBOURING,
  ...CANARY,
];
