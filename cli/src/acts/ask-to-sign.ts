import { cliError } from "../cli-error.ts";
import type { Terminal } from "../terminal.ts";

/** Asks the person who has just seen the call. Errors: CLI_USAGE when there is nobody, or the answer is no. */
export async function askToSign(terminal: Terminal, yes: boolean, act: string): Promise<void> {
  if (yes) return;
  if (!terminal.isInteractive) {
    const remedy = "Say --yes once you have seen with --dry-run what it does.";
    throw cliError("CLI_USAGE", "nobody is there to be asked before signing", remedy);
  }
  // Loaded only when there is somebody to ask.
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({
    message: `Sign and send this (${act})?`,
    initialValue: false,
    output: process.stderr,
  });
  if (isCancel(answer) || !answer) {
    throw cliError("CLI_USAGE", "not signed, as you said", "Nothing was sent.");
  }
}
