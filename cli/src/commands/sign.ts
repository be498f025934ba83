import { randomBytes } from "node:crypto";
import {
  domainSeparator,
  type Hex,
  type Intent,
  intentDigest,
  typedData,
} from "@deed/protocol/encoding";
import { buildIntent, type CompiledWorkflow } from "@deed/protocol/intent";
import { planRoots } from "@deed/protocol/plan";
import { type Deployment, intentToJson } from "@deed/sdk";
import type { Command } from "commander";
import { type CliError, cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { writeText } from "../files.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { findPlace, type Place, type PlaceOptions } from "../place.ts";
import type { SignedFile } from "../signed-file.ts";
import {
  addressOf,
  checkOutsideSignature,
  openWallet,
  parseAddress,
  parseNonce,
  parseSignatureText,
  type WalletOptions,
  withWallet,
} from "../wallet.ts";
import { publicParts, readWorkflow, rendered, type WorkflowFile } from "../workflow-file.ts";

interface SignOptions extends PlaceOptions, WalletOptions {
  readonly typedData?: true;
  readonly signature?: string;
  readonly owner?: string;
  readonly revoker?: string;
  readonly nonce?: string;
  readonly out?: string;
  readonly force?: true;
}

/** Signs a workflow with a keystore, or takes a signature from outside. */
export function signCommand(act: Act): Command {
  return withWallet(
    withPlace(command("sign", "Sign a workflow", "deed sign flow.yaml --keystore me.json")),
  )
    .argument("<file>", "the workflow")
    .option("--typed-data", "print what to sign in another wallet (EIP-712); needs --owner")
    .option("--signature <hex>", "a signature from outside; needs --owner and --nonce")
    .option("--owner <address>", "who signs, when it is not the keystore's key")
    .option("--revoker <address>", "who may revoke besides the owner")
    .option("--nonce <number>", "0 to 2^256 − 1, spent by the registration (default: random)")
    .option("--out <file>", "where to write (default: the file's name with .signed.json)")
    .option("--force", "replace a file that is there")
    .action((file: string, options: SignOptions) =>
      act(async (context) => {
        const place = await findPlace(options);
        const workflow = readWorkflow(file, place, { nowMs: context.nowMs });
        const { compiled } = workflow;
        if (compiled === null) throw invalid(workflow);
        return sign(context, place, { file, workflow, compiled }, options);
      }),
    );
}

interface Subject {
  readonly file: string;
  readonly workflow: WorkflowFile;
  readonly compiled: CompiledWorkflow;
}

async function sign(
  context: CommandContext,
  place: Place,
  subject: Subject,
  options: SignOptions,
): Promise<Outcome> {
  const { terminal } = context;
  const { deployment } = place;
  if (options.typedData === true) {
    const intent = intentOf(subject.compiled, ownerOption(options), options);
    const domain = { chainId: deployment.chainId, verifyingContract: deployment.intents };
    const request = typedData({ primaryType: "Intent", message: intent }, domain);
    terminal.say(warning(subject));
    terminal.say(
      `Then: deed sign ${subject.file} --owner ${intent.owner} --nonce ${intent.nonce} --signature 0x…`,
    );
    return outcome(request, JSON.stringify(request, null, 2));
  }
  const signed = await signatureOf(context, place, subject, options);
  const out = options.out ?? `${subject.file.replace(/\.ya?ml$/, "")}.signed.json`;
  const content: SignedFile = {
    signed: "deed.signed.1",
    chainId: deployment.chainId,
    intents: deployment.intents,
    intentHash: signed.intentHash,
    intent: intentToJson(signed.intent),
    signature: signed.signature,
    yaml: subject.workflow.source,
  };
  writeText(out, `${JSON.stringify(content, null, 2)}\n`, { force: options.force === true });
  terminal.say(warning(subject));
  const { intentHash } = signed;
  const obstacles = subject.workflow.obstacles;
  if (obstacles.length > 0) terminal.say(`\n${rendered(subject.workflow.source, obstacles)}`);
  const { owner } = signed.intent;
  return outcome({ file: out, intentHash, owner }, `${intentHash}\nNext: deed submit ${out}`);
}

interface Signed {
  readonly intent: Intent;
  readonly intentHash: Hex;
  readonly signature: Hex;
}

async function signatureOf(
  { terminal }: CommandContext,
  place: Place,
  { compiled }: Subject,
  options: SignOptions,
): Promise<Signed> {
  const { deployment } = place;
  if (options.signature !== undefined) {
    if (options.nonce === undefined) {
      const remedy = "Give the nonce that --typed-data printed.";
      throw cliError("CLI_USAGE", "--signature needs --nonce", remedy);
    }
    const intent = intentOf(compiled, ownerOption(options), options);
    const intentHash = digestOf(intent, deployment);
    const signature = parseSignatureText(options.signature);
    const { owner } = intent;
    await checkOutsideSignature(place, { digest: intentHash, signature, owner }, terminal);
    return { intent, intentHash, signature };
  }
  const account = await openWallet(options, terminal);
  const intent = intentOf(compiled, addressOf(account), options);
  if (options.owner !== undefined && parseAddress(options.owner, "--owner") !== intent.owner) {
    const message = `the keystore's key is ${intent.owner}'s, not ${options.owner}'s`;
    throw cliError("CLI_USAGE", message, "Leave --owner out, or name another keystore.");
  }
  const intentHash = digestOf(intent, deployment);
  return { intent, intentHash, signature: await account.sign({ hash: intentHash }) };
}

function intentOf(compiled: CompiledWorkflow, owner: Hex, options: SignOptions): Intent {
  const { plan, permissions, yamlHash } = compiled;
  const { planRoot } = planRoots(plan);
  const revoker = options.revoker === undefined ? null : parseAddress(options.revoker, "--revoker");
  return buildIntent(plan, permissions, {
    owner,
    revoker,
    nonce: nonceOf(options),
    yamlHash,
    planRoot,
  });
}

const NONCE_BYTES = 16;

function nonceOf({ nonce }: SignOptions): bigint {
  if (nonce === undefined) return BigInt(`0x${randomBytes(NONCE_BYTES).toString("hex")}`);
  return parseNonce(nonce, "--nonce");
}

function ownerOption({ owner }: SignOptions): Hex {
  if (owner !== undefined) return parseAddress(owner, "--owner");
  throw cliError("CLI_USAGE", "who signs?", "Name the owner with --owner ADDRESS.");
}

function digestOf(intent: Intent, { chainId, intents }: Deployment): Hex {
  return intentDigest(intent, domainSeparator({ chainId, verifyingContract: intents }));
}

function warning({ workflow }: Subject): string {
  const parts = publicParts(workflow).map((part) => `  ${part}`);
  return `Registered, this is public for ever:\n${parts.join("\n")}`;
}

function invalid({ source, diagnostics }: WorkflowFile): CliError {
  const message = `the workflow does not compile\n${rendered(source, diagnostics)}`;
  return cliError("CLI_WORKFLOW_INVALID", message, "See `deed check`.");
}
