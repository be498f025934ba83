import { existsSync } from "node:fs";
import { type Ledger, ledgerCalls, type OperatorCalls, operatorCalls } from "@deed/sdk";
import type { PersonalAct } from "../acts/perform-act.ts";
import { readJson } from "../files.ts";
import { ledgerOf, type Place } from "../place.ts";
import { type JoinPlan, writeWhole } from "./join-plan.ts";
import {
  type FolderKeys,
  folderPaths,
  makeRegistration,
  type Registration,
} from "./node-folder.ts";
import { type Membership, readMembership } from "./read-membership.ts";
import { type FolderFacts, joinSteps, missingWei } from "./steps.ts";
import type { Way } from "./walk.ts";

export interface JoinParts {
  readonly folder: string;
  readonly plan: JoinPlan;
  readonly keys: FolderKeys;
  /** JSON whose fields the node's configuration begins with; null: none. */
  readonly baseConfig: string | null;
  nowMs(): number;
}

const ROLE_BITS = { executor: 1, verifier: 2 } as const;

/** What there is to declare of keys. */
export function shownOf({ keyTierNumber: tier, evidence }: FolderKeys): FolderFacts["shown"] {
  return evidence === null ? null : { tier, evidenceHash: evidence.hash };
}

/** From prepared keys to a node that has a seat. */
export function joinWay(place: Place, parts: JoinParts): Way<Membership> {
  const { folder, plan, keys } = parts;
  const ledger = ledgerOf(place);
  const bondWei = plan.bondWei === null ? null : BigInt(plan.bondWei);
  let registration: Promise<Registration> | null = null;
  const registered = (operatorNo: number): Promise<Registration> => {
    registration ??= makeRegistration(folder, plan, operatorNo);
    return registration;
  };
  const hasConfig = (): boolean => existsSync(folderPaths(folder).config);
  return {
    read: () => readMembership(ledger, { cold: plan.cold }, parts.nowMs()),
    steps: (facts) =>
      joinSteps(facts, {
        ...{ folder, dutyKey: keys.dutyKey, bondWei, hasConfig: hasConfig() },
        shown: shownOf(keys),
      }),
    workOf: async ({ step }, { nodes }) => {
      const own = nodes.find(({ dutyKey }) => dutyKey === keys.dutyKey);
      if (step !== "configuration" || own === undefined) return false;
      writeConfig(parts, own.nodeNo);
      return true;
    },
    actOf: async ({ step }, facts) => {
      const { operatorNo } = facts;
      if (operatorNo === null) return null;
      return actOf(step, facts, { ledger, parts, operatorNo, bondWei, registered });
    },
  };
}

interface ActParts {
  readonly ledger: Ledger;
  readonly parts: JoinParts;
  readonly operatorNo: number;
  readonly bondWei: bigint | null;
  registered(operatorNo: number): Promise<Registration>;
}

async function actOf(
  step: string,
  facts: Membership,
  { ledger, parts, operatorNo, bondWei, registered }: ActParts,
): Promise<PersonalAct | null> {
  const { plan, keys } = parts;
  const { deployment } = ledger;
  const operator = operatorCalls(deployment);
  const signers = { whose: `the cold key of operator ${operatorNo}`, addresses: [facts.cold] };
  switch (step) {
    case "bond": {
      const call = operator.depositBond(operatorNo, missingWei(facts, { bondWei }));
      return { name: "deposit the bond", call, signers };
    }
    case "node": {
      const { caBinding } = await registered(operatorNo);
      const roles = plan.roles.reduce((bits, role) => bits | ROLE_BITS[role], 0);
      const { dutyKey, actionKey, caHash, keyTierNumber: keyTier } = keys;
      const { endpoint } = plan;
      const node = { roles, keyTier, dutyKey, actionKey, caHash, endpoint, caBinding };
      return { name: "add the node", call: operator.addNode(operatorNo, node), signers };
    }
    case "beacon": {
      const { chainTip } = await registered(operatorNo);
      const call = ledgerCalls(deployment).commitChain(operatorNo, chainTip);
      return { name: "commit the beacon chain", call, signers };
    }
    default:
      return ofNode(step, facts, { operator, operatorNo, parts, signers });
  }
}

interface OfNode {
  readonly operator: OperatorCalls;
  readonly operatorNo: number;
  readonly parts: JoinParts;
  readonly signers: NonNullable<PersonalAct["signers"]>;
}

/** What is said of a node that the registry has. */
async function ofNode(
  step: string,
  { nodes }: Membership,
  { operator, operatorNo, parts, signers }: OfNode,
): Promise<PersonalAct | null> {
  const { keys, plan, folder } = parts;
  const own = nodes.find(({ dutyKey }) => dutyKey === keys.dutyKey);
  if (own === undefined) return null;
  const { nodeNo, endpoint, caHash } = own;
  // It may have moved since the plan was made.
  const registered = () => makeRegistration(folder, { ...plan, endpoint }, operatorNo);
  if (step === "sealing") {
    const { sealingBinding } = await registered();
    const call = operator.setSealingKey(nodeNo, keys.sealing, sealingBinding);
    return { name: "register the sealing key", call, signers };
  }
  if (step === "tier" && keys.evidence !== null) {
    const call = operator.declareTier(nodeNo, keys.keyTierNumber, keys.evidence.hash);
    return { name: "declare the keys' tier", call, signers };
  }
  if (step === "on") {
    const { caBinding } = await registered();
    const call = operator.updateNode(nodeNo, { endpoint, caHash, active: true }, caBinding);
    return { name: "switch the node on", call, signers };
  }
  return null;
}

function writeConfig({ folder, plan, baseConfig }: JoinParts, nodeNo: number): void {
  const paths = folderPaths(folder);
  const base = baseConfig === null ? {} : (readJson(baseConfig) as object);
  const keys = plan.keysFile === null ? {} : { keysFile: plan.keysFile };
  const port = Number(new URL(plan.endpoint).port || "443");
  const config = {
    nodeNo,
    roles: plan.roles,
    dataDirectory: paths.data,
    deployment: plan.deployment,
    rpcUrl: plan.rpcUrl,
    signer: { directory: paths.signer, passphraseFile: paths.passphrase, ...keys },
    peers: { host: "0.0.0.0", port },
    api: { host: "127.0.0.1", port: 0 },
    ...base,
  };
  writeWhole(paths.config, `${JSON.stringify(config, null, 2)}\n`);
}
