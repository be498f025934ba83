import { existsSync } from "node:fs";
import type { ConnectedSigner } from "@deed/node";
import { cliError } from "../cli-error.ts";
import type { Place } from "../place.ts";

/** Works with the running signer of a configuration, and leaves it. Errors: CliError, SignerError. */
export async function withSigner<Result>(
  place: Place,
  path: string,
  work: (connected: ConnectedSigner) => Promise<Result>,
): Promise<Result> {
  if (!existsSync(path)) {
    const remedy =
      "Name the signer's configuration; of a signer that the node starts it is signer.json in `signer.directory`.";
    throw cliError("CLI_FILE_UNREADABLE", `${path} is not there`, remedy);
  }
  // Loaded here alone: no other command of a person needs a node's code.
  const { connectSigner } = await import("@deed/node");
  const connected = connectSigner(path);
  try {
    const { chainId, registry } = place.deployment;
    const { config } = connected;
    if (config.chainId !== chainId || config.contracts.registry !== registry) {
      const message = `${path} is of another network than ${place.source}`;
      throw cliError("CLI_USAGE", message, "Name the network that this signer serves.");
    }
    return await work(connected);
  } finally {
    connected.close();
  }
}
