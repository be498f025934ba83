import { readFileSync } from "node:fs";
import { cliError } from "./cli-error.ts";
import type { Terminal } from "./terminal.ts";

export interface PassphraseOptions {
  readonly passphraseFile?: string;
  /** A file descriptor. */
  readonly passphraseFd?: string;
}

/** The passphrase from a file, a descriptor, or a person. Never from an argument: those are public. Errors: CliError. */
export async function readPassphrase(
  options: PassphraseOptions,
  terminal: Terminal,
  question: { readonly text: string; readonly isNew: boolean },
): Promise<string> {
  const { passphraseFile, passphraseFd } = options;
  if (passphraseFile !== undefined) return fromFile(passphraseFile);
  if (passphraseFd !== undefined) return fromFile(descriptor(passphraseFd));
  if (terminal.isInteractive) return ask(question);
  const message = "no passphrase, and nobody to ask";
  const remedy = "Name --passphrase-file FILE or --passphrase-fd N.";
  throw cliError("CLI_PASSPHRASE_MISSING", message, remedy);
}

function descriptor(text: string): number {
  if (/^[0-9]{1,4}$/.test(text)) return Number(text);
  throw cliError("CLI_USAGE", `'${text}' is no descriptor`, "For example --passphrase-fd 3.");
}

function fromFile(file: string | number): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const message = `cannot read the passphrase from ${file}`;
    throw cliError("CLI_PASSPHRASE_MISSING", message, "Is it open for reading?", { cause });
  }
  // Editors and `echo` end a line; a passphrase has no line's end.
  const passphrase = text.replace(/\r?\n$/, "");
  if (passphrase !== "") return passphrase;
  throw cliError("CLI_PASSPHRASE_MISSING", `${file} is empty`, "Write a passphrase into it.");
}

async function ask(question: { readonly text: string; readonly isNew: boolean }): Promise<string> {
  // Loaded only when there is somebody to ask.
  const { password, isCancel } = await import("@clack/prompts");
  const once = async (message: string): Promise<string> => {
    const answer = await password({ message, output: process.stderr });
    if (!isCancel(answer) && answer !== "") return answer;
    throw cliError("CLI_PASSPHRASE_MISSING", "no passphrase was given", "Try again.");
  };
  const first = await once(question.text);
  if (!question.isNew || first === (await once("Once more"))) return first;
  throw cliError("CLI_PASSPHRASE_WRONG", "the two passphrases differ", "Try again.");
}
