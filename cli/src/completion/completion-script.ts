import type { CommandOption, CommandTree } from "./command-tree.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that makes a shell complete `deed`'s words, for its start-up file. */
export function completionScript(shell: Shell, program: CommandTree): string {
  switch (shell) {
    case "bash":
      return bash(program);
    case "zsh":
      // zsh reads bash's functions; its own system would need the same words once more.
      return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(program)}`;
    case "fish":
      return fish(program);
  }
}

/** Every command by its words: `deed`, `deed sign`, `deed keystore new`. */
function paths(
  tree: CommandTree,
  before: readonly string[] = [],
): readonly { readonly path: readonly string[]; readonly tree: CommandTree }[] {
  const path = [...before, tree.name];
  return [{ path, tree }, ...tree.commands.flatMap((child) => paths(child, path))];
}

function bash(program: CommandTree): string {
  const globals = program.options;
  const cases = paths(program).map(({ path, tree }) => {
    const options = path.length === 1 ? globals : [...tree.options, ...globals];
    const words = [...tree.commands.map(({ name }) => name), ...unique(options)];
    const name = path.slice(1).join(" ");
    return `    "${name}") words="${words.join(" ")}" ;;`;
  });
  const all = paths(program).flatMap(({ tree }) => tree.options);
  const names = paths(program)
    .slice(1)
    .map(({ path }) => `"${path.slice(1).join(" ")}"`);
  return `_deed() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" next i
  case "$before" in
    ${alternatives(all, "file")}) COMPREPLY=($(compgen -f -- "$word")); return ;;
    ${alternatives(all, "folder")}) COMPREPLY=($(compgen -d -- "$word")); return ;;
    ${alternatives(all, "text")}) COMPREPLY=(); return ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${path:+$path }\${COMP_WORDS[i]}"
    case "$next" in ${names.join("|")}) path="$next" ;; esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [[ -n "$path" && "$word" != -* ]]; then COMPREPLY+=($(compgen -f -- "$word")); fi
}
complete -o filenames -F _deed deed
`;
}

function alternatives(options: readonly CommandOption[], value: CommandOption["value"]): string {
  const found = unique(options.filter((option) => option.value === value));
  // A pattern that nothing matches, so that the script stays one when there is no such option.
  return found.length === 0 ? '"-"' : found.join("|");
}

function unique(options: readonly CommandOption[]): readonly string[] {
  return [...new Set(options.map(({ long }) => long))];
}

function fish(program: CommandTree): string {
  const lines = paths(program).flatMap(({ path, tree }) => {
    const words = path.slice(1);
    const children = tree.commands.map(({ name }) => name).join(" ");
    const isHere = [
      ...words.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(children === "" ? [] : [`not __fish_seen_subcommand_from ${children}`]),
    ].join("; and ");
    const when = isHere === "" ? "" : ` -n ${quoted(isHere)}`;
    return [
      ...tree.commands.map(
        ({ name, summary }) => `complete -c deed${when} -f -a ${name} -d ${quoted(summary)}`,
      ),
      ...tree.options.map((option) => fishOption(option, path.length === 1 ? "" : when)),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function fishOption({ long, summary, value }: CommandOption, when: string): string {
  const needs = {
    none: "",
    text: " -x",
    file: " -r -F",
    folder: " -x -a '(__fish_complete_directories)'",
  };
  return `complete -c deed${when} -l ${long.slice(2)}${needs[value]} -d ${quoted(summary)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
