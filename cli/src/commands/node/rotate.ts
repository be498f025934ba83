import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectedSigner, KeySetStatus, Signer } from "@deed/node";
import { joinHex } from "@deed/protocol/encoding";
import { contractCall, type Ledger, operatorCalls } from "@deed/sdk";
import type { Command } from "commander";
import { type ActOptions, withActOptions } from "../../acts/act-options.ts";
import {
  type ActResult,
  actOutcome,
  type PersonalAct,
  performAct,
} from "../../acts/perform-act.ts";
import { cliError } from "../../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../../command-context.ts";
import { withSigner } from "../../operator/operator-signer.ts";
import { type Outcome, outcome } from "../../outcome.ts";
import { findPlace, ledgerOf, type Place, type PlaceOptions } from "../../place.ts";

interface RotateOptions extends PlaceOptions, ActOptions {
  readonly signer: string;
  readonly sameSecret?: true;
  readonly now?: true;
  readonly in?: string;
}

/** What a rotation sends, and what tells that it is complete. */
interface Rotation {
  readonly act: PersonalAct;
  /** Has the node gone over? Asked until it has, for a while. */
  isDone(): Promise<boolean>;
  readonly done: string;
  /** When it has not yet. */
  readonly waiting: string;
}

type Prepare = (asked: {
  readonly place: Place;
  readonly ledger: Ledger;
  readonly connected: ConnectedSigner;
  readonly options: RotateOptions;
  readonly text: string;
}) => Promise<Rotation>;

const POLL_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/** Commands for which the cold key needs the node's signer. */
export function rotateCommands(act: Act): readonly Command[] {
  return [
    rotating(act, "endpoint", "Tell the registry where other nodes reach yours", moveTo).argument(
      "<url>",
      "for example https://node.example.org:7443",
    ),
    rotating(act, "rotate-ca", "Issue the node's certificates under a new key", rotateCa),
    rotating(act, "rotate-keys", "Give the node new duty and action keys", rotateKeys)
      .option("--now", "a key was stolen: at once, and what the old duty key signed is void")
      .option("--in <seconds>", "when they are to hold; default: a minute after the least notice"),
    rotating(act, "rotate-sealing", "Have users seal to a new key", rotateSealing),
    rotating(act, "rotate-beacon", "Commit a new beacon chain", rotateBeacon).option(
      "--same-secret",
      "the next chain of the same secret: one that is used up, not one that is known",
    ),
  ];
}

function rotating(act: Act, name: string, summary: string, prepare: Prepare): Command {
  const example = `deed node ${name} --signer signer.json --keystore cold.json`;
  return withActOptions(withPlace(command(name, summary, example)))
    .requiredOption("--signer <file>", "the configuration of the node's signer, which is running")
    .action((...given: readonly unknown[]) => {
      // Commander appends the options and the command itself.
      const [text = ""] = given.slice(0, -2).map(String);
      const options = given.at(-2) as RotateOptions;
      return act((context) => rotate(context, options, prepare, text));
    });
}

async function rotate(
  context: CommandContext,
  options: RotateOptions,
  prepare: Prepare,
  text: string,
): Promise<Outcome> {
  const place = await findPlace(options);
  const ledger = ledgerOf(place);
  return withSigner(place, options.signer, async (connected) => {
    const rotation = await prepare({ place, ledger, connected, options, text });
    const result = await performAct(context, place, options, rotation.act);
    if (result.state !== "sent") return actOutcome(result);
    return ended(context, result, rotation);
  });
}

async function ended(
  { terminal }: CommandContext,
  result: ActResult,
  { isDone, done, waiting }: Rotation,
): Promise<Outcome> {
  const stop = terminal.busy("Waiting for the node");
  const isComplete = await within(isDone).finally(() => stop());
  const next = isComplete ? done : waiting;
  return outcome({ ...result, isComplete, next }, `${result.act}: ${result.txHash}\n${next}`);
}

async function within(isDone: () => Promise<boolean>): Promise<boolean> {
  const limitMs = performance.now() + LONGEST_WAIT_MS;
  while (!(await isDone())) {
    if (performance.now() > limitMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

const moveTo: Prepare = async ({ place, ledger, connected, text }) => {
  if (!URL.canParse(text) || new URL(text).protocol !== "https:") {
    const remedy = "For example https://node.example.org:7443.";
    throw cliError("CLI_USAGE", `'${text}' is no https address`, remedy);
  }
  const { signer, config } = connected;
  const { nodeNo, node, signers } = await registered(ledger, config);
  const { operatorNo, caHash, dutyKey } = node;
  const binding = { operatorNo, endpoint: text, caHash, dutyKey };
  const { signature } = await signer.tlsCaBinding(binding);
  const args = [nodeNo, text, node.caHash, node.active, signature];
  return {
    act: {
      name: "tell the new endpoint",
      call: contractCall(place.deployment, "registry", "updateNode", args),
      lines: [`node ${nodeNo}: ${node.endpoint} to ${text}`],
      signers,
    },
    isDone: async () => (await ledger.node(nodeNo)).endpoint === text,
    done: "others call it there from the next block that they see on; keep the old port until then",
    waiting: "the ledger does not show it yet",
  };
};

const rotateCa: Prepare = async ({ place, ledger, connected, options }) => {
  const { signer, config } = connected;
  const { nodeNo, node, signers } = await registered(ledger, config);
  const { sets } = await signer.status();
  // Sets may share keys: what is not replaced stays where it is.
  const present = sets.findLast(({ caHash }) => caHash === node.caHash)?.number ?? 0;
  const { caHash } = await newerSet(signer, present, options);
  const { operatorNo, endpoint, active, dutyKey } = node;
  const { signature } = await signer.tlsCaBinding({ operatorNo, endpoint, caHash, dutyKey });
  const args = [nodeNo, endpoint, caHash, active, signature];
  return {
    act: {
      name: "register the new CA key",
      call: contractCall(place.deployment, "registry", "updateNode", args),
      lines: [
        `node ${nodeNo}: CA key ${node.caHash} to ${caHash}`,
        "next: the node takes a leaf of it when it sees the block; connections stay, new ones show the new leaf",
      ],
      signers,
    },
    isDone: async () => (await signer.status()).leafCaHash === caHash,
    done: "the node's leaf is issued by the new key; the old one is worth nothing any more",
    waiting: "the node has not asked for a leaf of the new key yet: is it running?",
  };
};

const BLOCK_SEC = 15;
const SPARE_SEC = 60;

const rotateKeys: Prepare = async ({ place, ledger, connected, options }) => {
  const { signer, config } = connected;
  const { nodeNo, node, signers } = await registered(ledger, config);
  const [{ dutyKeys }, tier, { sets }] = await Promise.all([
    ledger.keysOf(nodeNo),
    ledger.tierOf(nodeNo),
    signer.status(),
  ]);
  const newest = dutyKeys.at(-1)?.key ?? node.dutyKey;
  const present = sets.find(({ duty }) => duty === newest)?.number ?? 0;
  const { duty: dutyKey, action: actionKey } = await newerSet(signer, present, options);
  const fromSec = options.now === true ? 0 : await fromSecOf(ledger, options);
  const proofs = await signer.keyRotation({ dutyKey, actionKey, fromSec });
  const { dutyProof, actionProof } = proofs;
  const args = [nodeNo, dutyKey, actionKey, fromSec, dutyProof, actionProof];
  const when = fromSec === 0 ? "at once" : `from ${new Date(fromSec * 1000).toISOString()}`;
  return {
    act: {
      name: fromSec === 0 ? "replace stolen keys" : "rotate the node's keys",
      call: contractCall(place.deployment, "registry", "rotateKeys", args),
      lines: [
        `node ${nodeNo}, duty key: ${node.dutyKey} to ${dutyKey}, ${when}`,
        `node ${nodeNo}, action key: ${node.actionKey} to ${actionKey}, ${when}`,
        fromSec === 0
          ? "what began under the old duty key and is not on the ledger yet lapses, and such silence is paid"
          : "duties that begin before are still signed by the old key: keep its set",
        ...(BigInt(tier.evidenceHash) === 0n ? [] : [tierLine(node.active, nodeNo)]),
        "next: where gas costs, give the new action key some; the node goes over by itself",
      ],
      signers,
    },
    isDone: async () => (await ledger.node(nodeNo)).dutyKey === dutyKey,
    done: "the new keys are in force",
    waiting: `the new keys hold ${when}; nothing more is to be done`,
  };
};

/** Of a node that has shown the council its keys. */
function tierLine(active: boolean, nodeNo: number): string {
  const anew = "have the new keys' tier declared and verified (`deed node join FOLDER`)";
  const off = `KeyTierTooLow: its roles ask for a verified tier; \`deed node off ${nodeNo}\` first`;
  return `the tier that the council knows is of the old keys and counts no more: ${anew}${active ? `. Refused with ${off}` : ""}`;
}

async function fromSecOf(ledger: Ledger, { in: given }: RotateOptions): Promise<number> {
  const [{ timestampSec }, { leaseMarginSec, confirmations }] = await Promise.all([
    ledger.head(),
    ledger.parameters(),
  ]);
  const noticeSec = leaseMarginSec + confirmations * BLOCK_SEC;
  const inSec = given === undefined ? noticeSec + SPARE_SEC : Number(given);
  if (Number.isSafeInteger(inSec) && inSec >= noticeSec) return timestampSec + inSec;
  const remedy = `The ledger wants notice of ${noticeSec} s, and the transaction takes its time.`;
  throw cliError("CLI_USAGE", `'${given}' is no time in which keys can change`, remedy);
}

const rotateSealing: Prepare = async ({ place, ledger, connected, options }) => {
  const { signer, config } = connected;
  const { nodeNo, node, signers } = await registered(ledger, config);
  const [known, { sets }] = await Promise.all([ledger.sealingKeys(nodeNo), signer.status()]);
  const seal = known.find(({ untilSec }) => untilSec === 0);
  const present = seal === undefined ? null : joinHex(seal.x, seal.y);
  const held = sets.findLast(({ sealing }) => sealing === present)?.number ?? 0;
  const { sealing } = await newerSet(signer, held, options);
  const { operatorNo, dutyKey } = node;
  const { signature } = await signer.sealingKeyBinding({ operatorNo, sealing, dutyKey });
  return {
    act: {
      name: "register the new sealing key",
      call: operatorCalls(place.deployment).setSealingKey(nodeNo, sealing, signature),
      lines: [
        `node ${nodeNo}: sealing key ${present ?? "none"} to ${sealing}`,
        "next: what was sealed to the old key is still opened with it: keep its set of keys; owners seal anew where it was stolen",
      ],
      signers,
    },
    isDone: async () =>
      (await ledger.sealingKeys(nodeNo)).some(({ x, y }) => joinHex(x, y) === sealing),
    done: "users seal to the new key from now on",
    waiting: "the ledger does not show it yet",
  };
};

const rotateBeacon: Prepare = async ({ place, ledger, connected, options }) => {
  const { signer, config } = connected;
  const { operatorNo } = config;
  const [position, waits, { cold }] = await Promise.all([
    ledger.chainTip(operatorNo),
    ledger.nextChainTip(operatorNo),
    ledger.operator(operatorNo),
  ]);
  const present = await signer.chainInForce(position);
  const { beaconChainNo } = await signer.status();
  const next =
    options.sameSecret === true && present !== null
      ? { set: present.set, chainNo: present.chainNo + 1 }
      : { set: await secretAfter(signer, present, options), chainNo: beaconChainNo };
  const tip = await signer.chainTip(next);
  if (present !== null && tip === (await signer.chainTip(present))) {
    const message = `set ${next.set} has the secret of the chain in force`;
    const remedy = "Make a new secret, and name it as the beacon key of a further set.";
    throw cliError("CLI_NO_NEW_KEYS", message, remedy);
  }
  const name = (chain: typeof present) =>
    chain === null ? "none of this signer's" : `set ${chain.set}, number ${chain.chainNo}`;
  return {
    act: {
      name: "commit a new beacon chain",
      call: contractCall(place.deployment, "beacon", "commitChain", [operatorNo, tip]),
      lines: [
        `in force: ${name(present)}, ${position.usedPreimages} preimages given`,
        `new: ${name(next)}`,
        ...(waits === null ? [] : [`instead of ${waits}, which waits already`]),
        "next: a round that is open still gets its preimage of the old chain; keep that secret until then",
      ],
      signers: { whose: `the cold key of operator ${operatorNo}`, addresses: [cold] },
    },
    isDone: async () => (await ledger.nextChainTip(operatorNo)) === null,
    done: "the new chain is in force",
    waiting:
      present === null
        ? "an open round awaits the lost chain's preimage: it closes without it, that silence is paid, and the node comes back by itself"
        : "an open round awaits a preimage of the old chain; then the new one is in force",
  };
};

/**
 * The newest set of keys that is younger than the one in use; made, unless nothing is to be sent. What a killed
 * run made, the next one takes.
 */
async function newerSet(
  signer: Signer,
  present: number,
  { dryRun }: RotateOptions,
): Promise<KeySetStatus> {
  const { sets } = await signer.status();
  const newest = sets.at(-1)!;
  if (newest.number > present) return newest;
  if (dryRun !== true) return signer.addKeySet();
  const remedy = "Without --dry-run the signer makes one, in a keystore beside the first.";
  throw cliError("CLI_NO_NEW_KEYS", "the signer has no set of keys beyond the one in use", remedy);
}

/** @param present The chain in force; null: of the secrets that there are, nobody knows which gave something away. */
async function secretAfter(
  signer: Signer,
  present: { readonly set: number } | null,
  options: RotateOptions,
): Promise<number> {
  if (present !== null) return (await newerSet(signer, present.set, options)).number;
  const newest = (await signer.status()).sets.at(-1)!.number;
  if (options.dryRun === true) return newest;
  try {
    return (await signer.addKeySet()).number;
  } catch (error) {
    // Keys of a token are made there: the newest that the operator named is meant.
    const { failure } = error as { readonly failure?: { readonly code: string } };
    if (failure?.code !== "E_POLICY") throw error;
    return newest;
  }
}

async function registered(ledger: Ledger, { nodeNo }: ConnectedSigner["config"]) {
  const node = await ledger.node(nodeNo);
  if (nodeNo === 0 || node.operatorNo === 0) {
    const remedy = "`deed node join` registers one.";
    throw cliError("CLI_UNKNOWN_NAME", `the signer's node ${nodeNo} is not registered`, remedy);
  }
  const { cold } = await ledger.operator(node.operatorNo);
  const whose = `the cold key of operator ${node.operatorNo}`;
  return { nodeNo, node, signers: { whose, addresses: [cold] } };
}
