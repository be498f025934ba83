import type { Command } from "commander";
import { type ChainOptions, chainsOf, withChains } from "../chain-options.ts";
import { type Act, command, withPlace } from "../command-context.ts";
import { EXIT } from "../exit-code.ts";
import { writeText } from "../files.ts";
import { outcome } from "../outcome.ts";
import { lookForPlace, type PlaceOptions } from "../place.ts";
import { convertFile, rendered } from "../workflow-file.ts";

interface ConvertOptions extends PlaceOptions, ChainOptions {
  readonly output?: string;
  readonly force?: true;
}

/** Writes a Kwala workflow in the native dialect. */
export function convertCommand(act: Act): Command {
  return withChains(
    withPlace(
      command(
        "convert",
        "Write a Kwala workflow in the native dialect",
        "deed convert kwala.yaml -o flow.yaml",
      ),
    ),
  )
    .argument("<file>", "the workflow")
    .option("-o, --output <file>", "where to write it (default: standard output)")
    .option("--force", "replace a file that is there")
    .action((file: string, options: ConvertOptions) =>
      act(async ({ terminal }) => {
        const place = await lookForPlace(options);
        const { source, converted } = convertFile(file, place, chainsOf(options));
        const told = converted.ok ? converted.warnings : converted.diagnostics;
        if (told.length > 0 && !terminal.isJson) terminal.say(`${rendered(source, told)}\n`);
        if (!converted.ok) {
          return outcome({ ok: false, diagnostics: told }, "not converted", EXIT.invalid);
        }
        const { dialect, yaml } = converted;
        const data = { ok: true, dialect, yaml, diagnostics: told };
        if (options.output === undefined) return outcome(data, yaml.trimEnd());
        writeText(options.output, yaml, { force: options.force === true });
        const next = `${options.output}\nNext: deed check ${options.output}`;
        return outcome({ ...data, file: options.output }, next);
      }),
    );
}
