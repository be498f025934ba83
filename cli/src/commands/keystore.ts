import { Command } from "commander";
import { type Act, type CommandContext, command } from "../command-context.ts";
import { EMBEDDED_ACCOUNTS, embeddedSecret } from "../embedded-accounts.ts";
import { writeText } from "../files.ts";
import { encryptedKeystore, KEYSTORE_COST, newKeystore } from "../keystore.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { type PassphraseOptions, readPassphrase } from "../passphrase.ts";

interface NewOptions extends PassphraseOptions {
  readonly cheap?: true;
}

interface EmbeddedOptions extends NewOptions {
  readonly dir?: string;
}

const PRIVATE = 0o600;

type Make = (passphrase: string, cost: number) => ReturnType<typeof newKeystore>;

/** Encrypted keys of wallets. */
export function keystoreCommand(act: Act): Command {
  const group = new Command("keystore").description("Encrypted keys for signing");
  group.addCommand(
    withSecrecy(command("new", "Make a new key", "deed keystore new me.json"))
      .argument("<file>", "where to write it")
      .action((file: string, options: NewOptions) =>
        act((context) => write(context, file, options, newKeystore)),
      ),
  );
  group.addCommand(
    withSecrecy(
      command(
        "embedded",
        "A keystore with a key of an embedded network's people, to try things",
        "deed keystore embedded council-1 member.json",
      ),
    )
      .argument("<account>", EMBEDDED_ACCOUNTS)
      .argument("<file>", "where to write it")
      .option("--dir <folder>", "folder of the embedded network (default: the nearest .deed)")
      .action((account: string, file: string, options: EmbeddedOptions) =>
        act((context) => {
          const secret = embeddedSecret(account, options.dir);
          return write(context, file, options, (passphrase, cost) =>
            encryptedKeystore(secret, passphrase, cost),
          );
        }),
      ),
  );
  return group;
}

function withSecrecy(target: Command): Command {
  return target
    .option("--passphrase-file <file>", "file that holds the passphrase")
    .option("--passphrase-fd <number>", "open descriptor to read the passphrase from")
    .option("--cheap", "a passphrase that is quick to guess, for tests alone");
}

async function write(
  { terminal }: CommandContext,
  file: string,
  options: NewOptions,
  make: Make,
): Promise<Outcome> {
  const question = { text: `Passphrase for ${file}`, isNew: true };
  const passphrase = await readPassphrase(options, terminal, question);
  const isCheap = options.cheap === true;
  const cost = isCheap ? KEYSTORE_COST.cheap : KEYSTORE_COST.strong;
  const { text, address } = await make(passphrase, cost);
  writeText(file, text, { force: false, mode: PRIVATE });
  if (isCheap) terminal.say("Cheap: whoever has the file guesses its passphrase quickly.");
  return outcome({ file, address, isCheap }, address);
}
