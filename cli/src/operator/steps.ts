import { nextActOf } from "../governance-steps.ts";
import { timeText } from "../table.ts";
import type { Membership } from "./read-membership.ts";
import { verifyTierCommand } from "./verify-tier-command.ts";

/** One step of an operator's way in or out. */
export interface Step {
  readonly step: string;
  /** `now`: somebody can do it. `waits`: for time, or for what the network does by itself. `later`: for the steps before. */
  readonly state: "done" | "now" | "waits" | "later";
  readonly what: string;
  /** Who must act; null when it is done, or only time is missing. */
  readonly who: "operator" | "council" | "anyone" | null;
  /** What they would type; null where there is nothing to type. */
  readonly command: string | null;
}

/** What of the operator's own folder decides. */
export interface FolderFacts {
  readonly folder: string;
  readonly dutyKey: string;
  /** What the keys are and what shows it; null for keys in a file, or where nothing is known of them. */
  readonly shown: { readonly tier: number; readonly evidenceHash: string } | null;
  readonly bondWei: bigint | null;
  readonly hasConfig: boolean;
}

const SUSPENDED = 2;
const EXITING = 3;
const EXITED = 4;
/** What is declared above counts only once the council has verified it. */
const HIGHEST_UNVERIFIED = 1;

/** From an application to a seat. Each step needs those before it. */
export function joinSteps(membership: Membership, facts: FolderFacts): readonly Step[] {
  const { operatorNo, operator, nodes, hasBeaconChain } = membership;
  const { folder } = facts;
  const again = `deed node join ${folder} --keystore cold.json`;
  const own = nodes.find(({ dutyKey }) => dutyKey === facts.dutyKey);
  const bonded = operator !== null && operator.bondWei >= membership.minBondWei;
  const isIn = operator !== null && operator.status < EXITING;
  const todo = (step: string, what: string): Step => ({
    ...{ step, state: "now", what, who: "operator", command: again },
  });
  // The money goes last: when everything else stands.
  return ordered([
    done("keys", `duty key ${facts.dutyKey}`),
    done("application", `${folder}/application.json`),
    isIn
      ? done("admission", `operator ${operatorNo}, ${operator.name}`)
      : admission(membership, folder),
    own === undefined
      ? todo("node", "add the node to the registry")
      : done("node", `node ${own.nodeNo}`),
    (own?.sealing ?? null) === null
      ? todo("sealing", "register the key to which users seal")
      : done("sealing", "registered"),
    ...(own === undefined ? [] : tierSteps(own, facts, todo, membership.nowSec)),
    hasBeaconChain ? done("beacon", "chain committed") : todo("beacon", "commit the beacon chain"),
    bonded
      ? done("bond", `${operator.bondWei} wei`)
      : todo("bond", `deposit at least ${missingWei(membership, facts)} wei`),
    facts.hasConfig
      ? done("configuration", `${folder}/node.json`)
      : todo("configuration", "write the node's configuration"),
    seat(membership, `deed node --config ${folder}/node.json`),
  ]);
}

/** From the request to the bond. */
export function exitSteps(membership: Membership, command: string): readonly Step[] {
  const { operator, unbondingSec, nowSec } = membership;
  const { status = 0, exitAtSec = 0, bondWei = 0n } = operator ?? {};
  const hasLeft = exitAtSec !== 0 || status === EXITED;
  const isFree = hasLeft && nowSec >= exitAtSec;
  return ordered([
    status >= EXITING
      ? done("request", "the exit is requested")
      : { step: "request", state: "now", what: "request the exit", who: "operator", command },
    hasLeft ? done("seat", "no seat any more") : leaving(membership),
    isFree
      ? done("unbonding", `over since ${timeText(exitAtSec)}`)
      : {
          step: "unbonding",
          state: "waits",
          what: hasLeft
            ? `the bond answers for the past until ${timeText(exitAtSec)}; keep the node running: it owes verdicts and reveals`
            : `${unbondingSec} s after the last seat`,
          who: null,
          command: null,
        },
    status === EXITED && bondWei === 0n
      ? done("bond", "withdrawn")
      : { step: "bond", state: "now", what: `withdraw ${bondWei} wei`, who: "operator", command },
  ]);
}

/** What the operator's cold key deposits. */
export function missingWei(
  { operator, minBondWei }: Membership,
  { bondWei }: Pick<FolderFacts, "bondWei">,
): bigint {
  const wantedWei = bondWei !== null && bondWei > minBondWei ? bondWei : minBondWei;
  return wantedWei - (operator?.bondWei ?? 0n);
}

/** The first step that is not done; null when all are. */
export function nextStep(steps: readonly Step[]): Step | null {
  return steps.find(({ state }) => state !== "done") ?? null;
}

function admission(membership: Membership, folder: string): Step {
  const { proposal, operator, nowSec } = membership;
  const step = "admission";
  if (operator !== null) {
    const what = `the operator ${operator.status === EXITED ? "has left" : "leaves"}: a new one needs another cold key`;
    return { step, state: "now", what, who: "operator", command: null };
  }
  const propose = `deed gov propose --file ${folder}/application.json --reason '…' --keystore member.json`;
  if (proposal === null) {
    const what = "a member of the council has to propose it";
    return { step, state: "now", what, who: "council", command: propose };
  }
  const { who, what, command } = nextActOf(proposal, proposal.votes, nowSec);
  const said = `proposal ${proposal.proposalNo}: ${what}`;
  switch (who) {
    case "council":
    case "anyone":
      return { step, state: "now", what: said, who, command };
    case "time":
      return { step, state: "waits", what: said, who: null, command: null };
    case "nobody": {
      const again = `${said}; a member may propose it again`;
      return { step, state: "now", what: again, who: "council", command: propose };
    }
  }
}

/**
 * What the council has to see of the keys. A node whose tier counts too little for its roles was off from the
 * beginning: verified, the cold key switches it on.
 */
function tierSteps(
  node: Membership["nodes"][number],
  { shown }: FolderFacts,
  todo: (step: string, what: string) => Step,
  nowSec: number,
): readonly Step[] {
  const { nodeNo, active, tier } = node;
  const { declared, counted, verified, evidenceHash, expiresAtSec } = tier;
  const stands = verified > 0 && (expiresAtSec === 0 || nowSec < expiresAtSec);
  const on = active ? [] : [todo("on", `switch node ${nodeNo} on`)];
  if (stands) return [done("tier", `tier ${verified}, verified by the council`), ...on];
  // Anew it would take back what is verified.
  const isSaid = shown === null || (shown.tier === declared && shown.evidenceHash === evidenceHash);
  if (!isSaid) {
    return [todo("tier", `declare tier ${shown.tier} with evidence ${shown.evidenceHash}`), ...on];
  }
  if (declared <= HIGHEST_UNVERIFIED) {
    return declared === 0 ? on : [done("tier", `tier ${declared}, declared`), ...on];
  }
  const command = verifyTierCommand(node, tier);
  const what = `node ${nodeNo}: tier ${declared} is declared and counts as ${counted} until the council verifies it`;
  // A node that is on works meanwhile: its seat waits for no vote.
  if (active) return [done("tier", `${what}: ${command}`)];
  const off = `${what}; the node is switched off until then`;
  return [{ step: "tier", state: "now", what: off, who: "council", command }, ...on];
}

function seat(membership: Membership, start: string): Step {
  const { isExecutor, isVerifier, isAway, operator, generation, nowSec } = membership;
  const roles = [...(isExecutor ? ["executor"] : []), ...(isVerifier ? ["verifier"] : [])];
  if (roles.length > 0) return done("seat", `${roles.join(" and ")} of generation ${generation}`);
  const waits = (what: string): Step => ({
    ...{ step: "seat", state: "waits", what, who: "operator", command: start },
  });
  if (operator?.status === SUSPENDED) {
    return waits(`suspended until ${timeText(operator.suspendedUntilSec)}`);
  }
  if (isAway) return waits("counts as away: a running node says that it is back");
  const { nextGenerationSec } = membership;
  return nowSec < nextGenerationSec
    ? waits(`the next generation may open at ${timeText(nextGenerationSec)}; start the node`)
    : waits("nodes open the next generation within a minute; start the node");
}

function leaving({ nextGenerationSec, nowSec, isExecutor, isVerifier }: Membership): Step {
  const roles = [...(isExecutor ? ["executor"] : []), ...(isVerifier ? ["verifier"] : [])];
  const when =
    nowSec < nextGenerationSec
      ? `may open at ${timeText(nextGenerationSec)}`
      : "is opened by the nodes within a minute";
  return {
    step: "seat",
    state: "waits",
    what: `${roles.join(" and ") || "no seat"} until the next generation, which ${when}; keep the node running`,
    who: null,
    command: null,
  };
}

function done(step: string, what: string): Step {
  return { step, state: "done", what, who: null, command: null };
}

/** What comes after something that is not done is not to be done yet. */
function ordered(steps: readonly Step[]): readonly Step[] {
  const first = steps.findIndex(({ state }) => state !== "done");
  return steps.map((one, index) =>
    first < 0 || index <= first || one.state === "done"
      ? one
      : { ...one, state: "later", who: null, command: null },
  );
}
