import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LinkEnd, makeLinkEnd } from "@deed/node";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, command } from "../command-context.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { wholeNumber } from "../whole-number.ts";

interface LinkOptions {
  readonly host: string;
  readonly port: string;
  readonly days: string;
}

const DAY_SEC = 86_400;
/** For clocks that differ. */
const BACKDATE_SEC = 3_600;

/** The certificates between a node and its signer on another machine. */
export function signerLinkCommand(act: Act): Command {
  return command(
    "link",
    "Make both ends of the link between a node and a signer on another machine",
    "deed signer link link --host signer.example --port 7500",
  )
    .argument("<folder>", "is made; gets a folder for each end")
    .requiredOption("--host <name>", "where the node reaches the signer")
    .option("--port <number>", "the signer's port", "7500")
    .option("--days <number>", "how long the certificates are valid", "365")
    .action((folder: string, options: LinkOptions) =>
      act(({ nowMs }) => makeLink(folder, options, Math.floor(nowMs() / 1000))),
    );
}

async function makeLink(folder: string, options: LinkOptions, nowSec: number): Promise<Outcome> {
  const port = inBounds(options.port, "--port", 65_535);
  const days = inBounds(options.days, "--days", 3_650);
  const terms = { fromSec: nowSec - BACKDATE_SEC, toSec: nowSec + days * DAY_SEC };
  const [node, signer] = await Promise.all([
    makeLinkEnd({ name: "deed node", ...terms }),
    makeLinkEnd({ name: "deed signer", ...terms }),
  ]);
  const put = (name: string, end: LinkEnd) => writeEnd(join(folder, name), end);
  const [nodeFiles, signerFiles] = [put("node", node), put("signer", signer)];
  const data = {
    validUntil: new Date(terms.toSec * 1000).toISOString(),
    // As the two configurations want them.
    node: {
      signer: {
        ...{ host: options.host, port, signerKeys: [signer.key], tokenFile: "token" },
        ...{ certFile: nodeFiles.cert, keyFile: nodeFiles.key },
      },
    },
    signer: {
      remote: {
        ...{ host: "0.0.0.0", port, otherKeys: [node.key] },
        ...{ certPath: signerFiles.cert, keyPath: signerFiles.key },
      },
    },
  };
  return outcome(data, textOf(folder, data));
}

function inBounds(text: string, option: string, most: number): number {
  const number = wholeNumber(text, option);
  if (number >= 1 && number <= most) return number;
  throw cliError("CLI_USAGE", `${option} ${text} is out of bounds`, `From 1 to ${most}.`);
}

function writeEnd(folder: string, end: LinkEnd): { readonly cert: string; readonly key: string } {
  const paths = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(paths.key, end.keyPem, { flag: "wx", mode: 0o600 });
    writeFileSync(paths.cert, end.certPem, { flag: "wx" });
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException;
    const code = error.code === "EEXIST" ? "CLI_FILE_EXISTS" : "CLI_FILE_UNREADABLE";
    const remedy = "Name a folder that is not there yet.";
    throw cliError(code, `cannot write into ${folder}: ${error.message}`, remedy, { cause });
  }
  return paths;
}

function textOf(
  folder: string,
  data: { readonly validUntil: string; readonly node: object; readonly signer: object },
): string {
  const json = (value: object): string => JSON.stringify(value, null, 2);
  return `Both ends are in ${folder}, valid until ${data.validUntil}. Take each folder to its machine by a way that
nobody reads, and remove it here; then the token of the signer to the node.

In the node's configuration:
${json(data.node)}

In the signer's:
${json(data.signer)}
`;
}
