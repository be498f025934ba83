import { Command } from "commander";
import { type Act, command } from "../command-context.ts";
import { writeText } from "../files.ts";
import { KEYSTORE_COST, newKeystore } from "../keystore.ts";
import { outcome } from "../outcome.ts";
import { type PassphraseOptions, readPassphrase } from "../passphrase.ts";

interface NewOptions extends PassphraseOptions {
  readonly cheap?: true;
}

const PRIVATE = 0o600;

/** Encrypted keys of wallets. */
export function keystoreCommand(act: Act): Command {
  const group = new Command("keystore").description("Encrypted keys for signing");
  group.addCommand(
    command("new", "Make a new key", "deed keystore new me.json")
      .argument("<file>", "where to write it")
      .option("--passphrase-file <file>", "file that holds the passphrase")
      .option("--passphrase-fd <number>", "open descriptor to read the passphrase from")
      .option("--cheap", "a passphrase that is quick to guess, for tests alone")
      .action((file: string, options: NewOptions) =>
        act(async ({ terminal }) => {
          const question = { text: `Passphrase for ${file}`, isNew: true };
          const passphrase = await readPassphrase(options, terminal, question);
          const isCheap = options.cheap === true;
          const cost = isCheap ? KEYSTORE_COST.cheap : KEYSTORE_COST.strong;
          const { text, address } = await newKeystore(passphrase, cost);
          writeText(file, text, { force: false, mode: PRIVATE });
          if (isCheap) terminal.say("Cheap: whoever has the file guesses its passphrase quickly.");
          return outcome({ file, address, isCheap }, address);
        }),
      ),
  );
  return group;
}
