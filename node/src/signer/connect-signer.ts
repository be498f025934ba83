import { readFileSync } from "node:fs";
import { readConfig, type SignerConfig } from "./config.ts";
import type { Signer } from "./signer-api.ts";
import { SignerClient } from "./signer-client.ts";
import { SignerError } from "./signer-error.ts";

/** A signer that runs, as its operator meets it. */
export interface ConnectedSigner {
  readonly signer: Signer;
  readonly config: Pick<SignerConfig, "chainId" | "contracts" | "operatorNo" | "nodeNo">;
  close(): void;
}

const TIMEOUT_MS = 10_000;

/** Connects to the signer that runs with this configuration. Errors: E_CONFIG; E_UNAVAILABLE at the first question. */
export function connectSigner(configPath: string): ConnectedSigner {
  const config = readConfig(configPath);
  const { socketPath, tokenPath } = config;
  let token: string;
  try {
    token = readFileSync(tokenPath, "utf8").trim();
  } catch (error) {
    throw new SignerError({ code: "E_CONFIG", field: tokenPath }, { cause: error });
  }
  const client = new SignerClient({ socketPath, token, timeoutMs: TIMEOUT_MS });
  return { signer: client, config, close: () => client.close() };
}
