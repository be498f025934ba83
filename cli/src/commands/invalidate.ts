import {
  domainSeparator,
  type Hex,
  invalidateNonceDigest,
  typedData,
} from "@deed/protocol/encoding";
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
  parseNonce,
  parseSignatureText,
  type WalletOptions,
  withWallet,
} from "../wallet.ts";

interface InvalidateOptions extends PlaceOptions, WalletOptions {
  readonly typedData?: true;
  readonly signature?: string;
  readonly owner?: string;
  readonly direct?: true;
}

/** Spends a nonce, so that whatever was signed with it is never registered. */
export function invalidateCommand(act: Act): Command {
  return withWallet(
    withPlace(
      command(
        "invalidate",
        "Spend a nonce: nothing signed with it can be registered any more",
        "deed invalidate 5 --keystore me.json",
      ),
    ),
  )
    .argument("<nonce>", "the nonce, as `deed sign` wrote it into the signed file")
    .option("--typed-data", "print what to sign in another wallet (EIP-712); needs --owner")
    .option("--signature <hex>", "a signature from outside; needs --owner")
    .option("--owner <address>", "whose nonce it is, when it is not the keystore's key")
    .option("--direct", "send an own transaction over --rpc, without a node")
    .action((text: string, options: InvalidateOptions) =>
      act(async (context) =>
        invalidate(context, await findPlace(options), parseNonce(text, "nonce"), options),
      ),
    );
}

async function invalidate(
  { terminal }: CommandContext,
  place: Place,
  nonce: bigint,
  options: InvalidateOptions,
): Promise<Outcome> {
  const { deployment } = place;
  const domain = { chainId: deployment.chainId, verifyingContract: deployment.intents };
  if (options.typedData === true) {
    const message = { owner: ownerOption(options), nonce };
    const request = typedData({ primaryType: "InvalidateNonce", message }, domain);
    return outcome(request, JSON.stringify(request, null, 2));
  }
  if (options.direct === true) {
    const account = await openWallet(options, terminal);
    const call = ledgerCalls(deployment).invalidateNonce(nonce);
    const done = terminal.busy("Waiting for the block");
    const sent = sendTransaction(ledgerOf(place), account, call);
    const txHash = await sent.finally(() => done());
    const result = { owner: addressOf(account), nonce: nonce.toString(), txHash };
    return outcome(result, `invalidated nonce ${nonce}`);
  }
  const signed = await signatureOf(options, terminal, nonce, domain);
  const done = terminal.busy("Waiting for the block");
  const answer = await nodeOf(place, terminal)
    .invalidateNonce({ ...signed, nonce: nonce.toString() })
    .finally(() => done());
  const said = answer.txHash === null ? "was invalid already: nonce" : "invalidated nonce";
  return outcome(answer, `${said} ${nonce}`);
}

async function signatureOf(
  options: InvalidateOptions,
  terminal: CommandContext["terminal"],
  nonce: bigint,
  domain: { readonly chainId: number; readonly verifyingContract: Hex },
): Promise<{ readonly owner: Hex; readonly signature: Hex }> {
  if (options.signature !== undefined) {
    return { owner: ownerOption(options), signature: parseSignatureText(options.signature) };
  }
  const account = await openWallet(options, terminal);
  const owner = addressOf(account);
  const digest = invalidateNonceDigest({ owner, nonce }, domainSeparator(domain));
  return { owner, signature: await account.sign({ hash: digest }) };
}

function ownerOption({ owner }: InvalidateOptions): Hex {
  if (owner !== undefined) return parseAddress(owner, "--owner");
  throw cliError("CLI_USAGE", "whose nonce?", "Name its owner with --owner ADDRESS.");
}
