import type { Hex } from "../encoding/hex.ts";

/** How well an input is backed. Ordered: a dependant takes the lowest level of what it depends on. */
export type Level = "recorded" | "observed" | "proven";

/** How often a step's request may leave a node. `once`: at most once, then indeterminate. */
export type Delivery = "once" | "idempotent" | "repeatable";

/** One parameter of an event, in declaration order. */
export interface EventParameter {
  readonly name: string;
  /** Canonical ABI type, for example `uint256`. */
  readonly type: string;
  readonly indexed: boolean;
}

/** A log of a contract. */
export interface EventTrigger {
  readonly kind: "event";
  readonly chainId: number;
  /** Lower-case address. */
  readonly contract: Hex;
  /** Canonical signature, for example `Transfer(address,address,uint256)`. */
  readonly signature: string;
  readonly topic0: Hex;
  readonly parameters: readonly EventParameter[];
  /** Expression over `event`, or null. An occurrence is one for which it is true. */
  readonly where: string | null;
  readonly confidence: "latest" | "safe" | "finalized";
}

/** What starts the first run of a composite. */
export type FirstTrigger =
  | EventTrigger
  /** At a time; 0: at the registration. */
  | { readonly kind: "start"; readonly startSec: number }
  /** When a chain, also another one than the ledger's, has this height. */
  | { readonly kind: "height"; readonly chainId: number; readonly height: number };

/** What starts all later runs of a composite; periods count from the first occurrence. */
export type RepeatTrigger =
  | EventTrigger
  | { readonly kind: "interval"; readonly periodSec: number }
  | { readonly kind: "cron"; readonly expression: string };

/**
 * What fires a workflow (spec 02). `catchUp` of a schedule: how many missed ticks are still run, 0 none, 1 the
 * newest, n the n newest, 255 all.
 */
export type Trigger =
  | EventTrigger
  | CompositeTrigger
  | { readonly kind: "interval"; readonly periodSec: number; readonly catchUp: number }
  | { readonly kind: "manual" }
  | {
      readonly kind: "cron";
      /** Five fields in UTC, one space between them. */
      readonly expression: string;
      readonly catchUp: number;
    }
  | {
      readonly kind: "block";
      /** First height of the ledger's chain. */
      readonly height: number;
      /** Blocks between ticks; 0: one tick only. */
      readonly every: number;
      readonly catchUp: number;
    }
  | {
      readonly kind: "start";
      /** Time of tick 0; 0: block time of the registration. */
      readonly startSec: number;
      /** 0: one tick only. */
      readonly periodSec: number;
      readonly catchUp: number;
    };

/** A first run by one trigger, later ones by another. On the ledger it is of the kind of events. */
export interface CompositeTrigger {
  readonly kind: "composite";
  readonly first: FirstTrigger;
  /** Null: the first run is the only one. */
  readonly repeat: RepeatTrigger | null;
}

/** JSON whose strings are templates (`${…}`); a string that is one lone placeholder keeps the value's type. */
export type TemplatedJson =
  | null
  | boolean
  | number
  | string
  | readonly TemplatedJson[]
  | { readonly [key: string]: TemplatedJson };

interface StepBase {
  readonly id: string;
  /** Expression that must be true, or null. */
  readonly if: string | null;
  /** Ids of steps that must have ended ok. */
  readonly needs: readonly string[];
  /** True when the author wrote `needs`; without it, every earlier step must not have failed. */
  readonly explicitNeeds: boolean;
  /** Lowest level of anything that the step's effect depends on, its conditions included. */
  readonly inputLevel: Level;
  /** Level of what the step gives to later ones. */
  readonly outputLevel: Level;
}

/** What leaves the container. */
interface EffectBase extends StepBase {
  readonly retry: { readonly attempts: number; readonly backoffMs: number };
  readonly timeoutMs: number;
}

export interface HttpStep extends EffectBase {
  readonly kind: "http";
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Template; its origin is literal. */
  readonly url: string;
  /** Scheme, host and port of `url`, for example `https://api.example.com`. */
  readonly origin: string;
  /** Lower-case names; values are templates. */
  readonly headers: { readonly [name: string]: string };
  readonly body:
    | null
    | { readonly type: "json"; readonly value: TemplatedJson }
    | { readonly type: "text"; readonly value: string };
  readonly delivery: Delivery;
}

/** A call whose arguments are all literal. */
export interface LiteralCall {
  readonly mode: "literal";
  readonly callData: Hex;
}

/** A call with an argument that is known only at the run. Compiles; not accepted at registration yet. */
export interface DynamicCall {
  readonly mode: "dynamic";
  /** Positions of the arguments that are templates. */
  readonly dynamic: readonly number[];
}

export interface CallStep extends EffectBase {
  readonly kind: "call";
  readonly chainId: number;
  /** Lower-case address. */
  readonly target: Hex;
  /** Canonical signature, for example `transfer(address,uint256)`. */
  readonly function: string;
  readonly selector: Hex;
  /** As written, after the parse: strings (templates or literals), booleans, arrays of them. */
  readonly args: readonly TemplatedJson[];
  /** Decimal. */
  readonly valueWei: string;
  readonly call: LiteralCall | DynamicCall;
  /** The author accepts inputs of this level for an on-chain effect. */
  readonly accept: Level | null;
}

/** JavaScript over JSON: a function's body, which reads `input` and returns a value. From runtime 2 on. */
export interface ScriptStep extends StepBase {
  readonly kind: "script";
  readonly source: string;
  readonly input: TemplatedJson;
}

export type Step = HttpStep | CallStep | ScriptStep;

/** Steps that the broker does. */
export type EffectStep = HttpStep | CallStep;

/** What a run may use, less than its operator allows. What is left out is the operator's. */
export interface SandboxLimits {
  readonly memoryMb?: number;
  readonly cpuSec?: number;
  readonly outputBytes?: number;
  readonly effects?: number;
  readonly effectBytes?: number;
}

/** A compiled workflow. Plain JSON: its canonical form (RFC 8785) is what `planHash` binds. */
export interface Plan {
  readonly plan: "deed.plan.1";
  /** What the workflow is written in. */
  readonly dialect: "deed.v1" | "kwala.v1";
  readonly name: string;
  readonly summary: string;
  /** Runtime version that must run it. */
  readonly runtime: number;
  readonly trigger: Trigger;
  readonly limits: {
    readonly executions: number;
    /** 0: no hourly limit. */
    readonly perHour: number;
    readonly durationSec: number;
    /** Index into the table of spec 04. */
    readonly leaseClass: number;
  };
  readonly expiresAtSec: number;
  readonly sandbox: "process" | "container";
  /** Left out when the author asks for nothing less than usual. */
  readonly sandboxLimits?: SandboxLimits;
  readonly steps: readonly Step[];
}

/** What a wallet shows of an on-chain call, and what the gateway checks (spec 09). */
export interface Permission {
  readonly stepIndex: number;
  readonly target: Hex;
  /** For people: `transfer(address,uint256) 0xabc…, 5`. */
  readonly call: string;
  readonly valueWei: bigint;
  readonly callData: Hex;
}
