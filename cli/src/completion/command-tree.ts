import type { Command } from "commander";

/** What a shell has to know of a command: its words, from the program's own description of itself. */
export interface CommandTree {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CommandOption[];
  readonly commands: readonly CommandTree[];
}

export interface CommandOption {
  readonly long: string;
  readonly summary: string;
  /** Takes a value; `file` and `folder` let the shell offer paths. */
  readonly value: "none" | "text" | "file" | "folder";
}

/** Reads a program of commander. */
export function commandTree(command: Command): CommandTree {
  return {
    name: command.name(),
    summary: command.description(),
    options: [
      ...command.options.flatMap(({ long, description, flags }) =>
        long === null || long === undefined
          ? []
          : [{ long, summary: description, value: valueKind(flags) }],
      ),
      { long: "--help", summary: "display help for command", value: "none" as const },
    ],
    commands: command.commands.map((child) => commandTree(child)),
  };
}

function valueKind(flags: string): CommandOption["value"] {
  if (!/[<[]/.test(flags)) return "none";
  if (/[<[]file/.test(flags)) return "file";
  return /[<[]folder/.test(flags) ? "folder" : "text";
}
