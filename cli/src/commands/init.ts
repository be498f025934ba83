import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import { type Act, command, withPlace } from "../command-context.ts";
import { readText, writeText } from "../files.ts";
import { outcome } from "../outcome.ts";
import { lookForPlace, type PlaceOptions } from "../place.ts";
import { sampleWorkflow, TRIGGERS, type Trigger } from "../sample-workflow.ts";

interface InitOptions extends PlaceOptions {
  readonly trigger: Trigger;
  readonly force?: true;
}

const SCHEMA = "deed-v1.schema.json";
const EMBEDDED_CHAIN_ID = 31337;

/** Writes a commented workflow to begin with, and the schema for editors beside it. */
export function initCommand(act: Act): Command {
  return withPlace(
    command(
      "init",
      "Write a commented workflow to begin with",
      "deed init flow.yaml --trigger manual",
    ),
  )
    .argument("[file]", "where to write it", "flow.yaml")
    .addOption(
      new Option("--trigger <kind>", "what fires it").choices([...TRIGGERS]).default("event"),
    )
    .option("--force", "replace a file that is there")
    .action((file: string, options: InitOptions) =>
      act(async ({ nowMs }) => {
        const place = await lookForPlace(options);
        const chainId = place?.deployment.chainId ?? EMBEDDED_CHAIN_ID;
        const { trigger, force } = options;
        const text = sampleWorkflow(trigger, { chainId, nowMs: nowMs(), schema: SCHEMA });
        writeText(file, text, { force: force === true });
        const schema = join(dirname(file), SCHEMA);
        writeText(schema, readText(schemaPath()), { force: true });
        return outcome({ file, schema, trigger }, `${file}\nNext: deed check ${file}`);
      }),
    );
}

function schemaPath(): string {
  return createRequire(import.meta.url).resolve(`@deed/protocol/schema/${SCHEMA}`);
}
