import { domainSeparator, type Hex, revokeDigest, typedData } from "@deed/protocol/encoding";
import { ledgerCalls } from "@deed/sdk";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { findPlace, ledgerOf, nodeOf, type Place, type PlaceOptions } from "../place.ts";
import { sendTransaction } from "../send-transaction.ts";
import {
  addressOf,
  openWallet,
  parseAddress,
  parseHash,
  parseSignatureText,
  type WalletOptions,
  withWallet,
} from "../wallet.ts";

interface RevokeOptions extends PlaceOptions, WalletOptions {
  readonly typedData?: true;
  readonly signature?: string;
  readonly signer?: string;
  readonly direct?: true;
}

/** Revokes an intent, also one that is not registered yet. */
export function revokeCommand(act: Act): Command {
  return withWallet(
    withPlace(
      command(
        "revoke",
        "Revoke a workflow, also before its registration",
        "deed revoke 0x… --keystore me.json",
      ),
    ),
  )
    .argument("<hash>", "the intent's hash")
    .option("--typed-data", "print what to sign in another wallet (EIP-712)")
    .option("--signature <hex>", "a signature from outside; needs --signer")
    .option("--signer <address>", "who signed: the owner or the revoker")
    .option("--direct", "send an own transaction over --rpc, without a node")
    .action((text: string, options: RevokeOptions) =>
      act(async (context) => {
        const intentHash = parseHash(text, "intent");
        const place = await findPlace(options);
        return revoke(context, place, intentHash, options);
      }),
    );
}

async function revoke(
  { terminal }: CommandContext,
  place: Place,
  intentHash: Hex,
  options: RevokeOptions,
): Promise<Outcome> {
  const { deployment } = place;
  const domain = { chainId: deployment.chainId, verifyingContract: deployment.intents };
  if (options.typedData === true) {
    const request = typedData({ primaryType: "Revoke", message: { intentHash } }, domain);
    return outcome(request, JSON.stringify(request, null, 2));
  }
  if (options.direct === true) {
    const account = await openWallet(options, terminal);
    const call = ledgerCalls(deployment).revoke(intentHash);
    const done = terminal.busy("Waiting for the block");
    const sent = sendTransaction(ledgerOf(place), account, call);
    const txHash = await sent.finally(() => done());
    return outcome({ intentHash, txHash }, `revoked ${intentHash}`);
  }
  const { signer, signature } = await signatureOf(options, terminal, intentHash, domain);
  const done = terminal.busy("Waiting for the block");
  const revoked = await nodeOf(place, terminal)
    .revokeIntent(intentHash, { signer, signature })
    .finally(() => done());
  const said = revoked.txHash === null ? "was revoked already" : "revoked";
  return outcome(revoked, `${said} ${intentHash}`);
}

async function signatureOf(
  options: RevokeOptions,
  terminal: CommandContext["terminal"],
  intentHash: Hex,
  domain: { readonly chainId: number; readonly verifyingContract: Hex },
): Promise<{ readonly signer: Hex; readonly signature: Hex }> {
  if (options.signature !== undefined) {
    if (options.signer === undefined) {
      throw cliError("CLI_USAGE", "--signature needs --signer", "Name who signed.");
    }
    const signature = parseSignatureText(options.signature);
    return { signer: parseAddress(options.signer, "--signer"), signature };
  }
  const account = await openWallet(options, terminal);
  const digest = revokeDigest(intentHash, domainSeparator(domain));
  return { signer: addressOf(account), signature: await account.sign({ hash: digest }) };
}
