import { bytesToHex, type Hex, utf8Bytes } from "@deed/protocol/encoding";
import { compileWorkflow, registrationObstacles } from "@deed/protocol/intent";
import { forbiddenTargets, ledgerCalls } from "@deed/sdk";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { EXIT } from "../exit-code.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { findPlace, ledgerOf, nodeOf, type Place, type PlaceOptions } from "../place.ts";
import { sendTransaction } from "../send-transaction.ts";
import { readSignedFile, type SignedFile } from "../signed-file.ts";
import { openWallet, type WalletOptions, withWallet } from "../wallet.ts";
import { rendered } from "../workflow-file.ts";

type SubmitOptions = PlaceOptions & WalletOptions;

/** Registers a signed workflow: through a node, or with an own transaction. */
export function submitCommand(act: Act): Command {
  return withWallet(
    withPlace(command("submit", "Register a signed workflow", "deed submit flow.signed.json")),
  )
    .argument("<file>", "what `deed sign` wrote")
    .addHelpText(
      "after",
      "\nA node pays for the transaction; with --keystore the keystore's account does, over --rpc.",
    )
    .action((file: string, options: SubmitOptions) =>
      act(async (context) => {
        const signed = readSignedFile(file);
        const place = await findPlace(options);
        checkNetwork(signed, place);
        checkObstacles(signed, place, context.nowMs());
        return options.keystore === undefined
          ? throughNode(context, signed, place)
          : byTransaction(context, signed, place, options);
      }),
    );
}

function checkNetwork({ chainId, intents }: SignedFile, { deployment }: Place): void {
  if (chainId === deployment.chainId && intents === deployment.intents) return;
  const message = `it was signed for contract ${intents} on chain ${chainId}, not for this network`;
  throw cliError("CLI_OTHER_NETWORK", message, "Name that network, or sign for this one.");
}

/** What compiles, but no network takes yet, is named here already. */
function checkObstacles(
  { yaml }: SignedFile,
  { deployment, otherChains }: Place,
  nowMs: number,
): void {
  const { chainId } = deployment;
  const compiled = compileWorkflow(utf8Bytes(yaml), {
    chains: { ledger: chainId, others: otherChains },
    forbiddenTargets: forbiddenTargets(deployment),
  });
  if (!compiled.ok) {
    const message = `the workflow does not compile\n${rendered(yaml, compiled.diagnostics)}`;
    throw cliError("CLI_WORKFLOW_INVALID", message, "Sign a corrected one.");
  }
  const { plan, places } = compiled;
  const nowSec = Math.floor(nowMs / 1000);
  const obstacles = registrationObstacles(plan, { ledgerChainId: chainId, places, nowSec });
  if (obstacles.length === 0) return;
  const message = `it cannot be registered yet\n${rendered(yaml, obstacles)}`;
  const remedy = obstacles.map(({ code, hint }) => `${code}: ${hint ?? ""}`).join("; ");
  throw cliError("CLI_UNREGISTRABLE", message, remedy);
}

async function throughNode(
  { terminal }: CommandContext,
  { intent, signature, yaml }: SignedFile,
  place: Place,
): Promise<Outcome> {
  const done = terminal.busy("Waiting for the registration");
  const registered = await nodeOf(place, terminal)
    .submitIntent({ intent, signature, yaml })
    .finally(() => done());
  const { intentNo, intentHash, state, refusal } = registered;
  const text = `intent ${intentNo}  ${intentHash}`;
  if (state !== "refused") return outcome(registered, text);
  terminal.say(`Registered, but this node refuses to run it: ${refusal ?? ""}`);
  return outcome(registered, text, EXIT.refused);
}

async function byTransaction(
  { terminal }: CommandContext,
  signed: SignedFile & {
    readonly message: Parameters<ReturnType<typeof ledgerCalls>["register"]>[0];
  },
  place: Place,
  options: SubmitOptions,
): Promise<Outcome> {
  const ledger = ledgerOf(place);
  const { message, signature, yaml, intentHash } = signed;
  const known = await ledger.intentNumberOf(intentHash);
  let txHash: Hex | null = null;
  if (known === 0) {
    const account = await openWallet(options, terminal);
    const call = ledgerCalls(place.deployment).register(
      message,
      signature,
      bytesToHex(utf8Bytes(yaml)),
    );
    const done = terminal.busy("Waiting for the registration");
    txHash = await sendTransaction(ledger, account, call).finally(() => done());
  }
  const intentNo = known === 0 ? await ledger.intentNumberOf(intentHash) : known;
  const state = null;
  return outcome({ intentHash, intentNo, txHash, state }, `intent ${intentNo}  ${intentHash}`);
}
