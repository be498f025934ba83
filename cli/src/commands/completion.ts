import { Argument, type Command } from "commander";
import { type Act, command } from "../command-context.ts";
import { commandTree } from "../completion/command-tree.ts";
import { completionScript, SHELLS, type Shell } from "../completion/completion-script.ts";
import { outcome } from "../outcome.ts";

/** Prints what makes a shell complete the words of this command line. */
export function completionCommand(act: Act, program: Command): Command {
  return command(
    "completion",
    "Print what makes a shell complete deed's words",
    "deed completion bash > ~/.local/share/bash-completion/completions/deed\n  deed completion fish > ~/.config/fish/completions/deed.fish\n  echo 'source <(deed completion zsh)' >> ~/.zshrc",
  )
    .addArgument(new Argument("<shell>", "the shell").choices([...SHELLS]))
    .action((shell: Shell) =>
      act(async () => {
        const script = completionScript(shell, commandTree(program));
        return outcome({ shell, script }, script.trimEnd());
      }),
    );
}
