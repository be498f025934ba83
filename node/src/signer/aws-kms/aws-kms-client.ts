import { createRequire } from "node:module";
import type { KMSClient } from "@aws-sdk/client-kms";
import { SignerError } from "../signer-error.ts";

type Sdk = typeof import("@aws-sdk/client-kms");

export interface AwsKmsOptions {
  readonly region: string;
  readonly endpoint?: string;
  readonly timeoutMs: number;
}

/** The SDK, its client, and whether everything that it asked so far went to AWS itself. */
export interface AwsKmsClient {
  readonly sdk: Sdk;
  readonly client: KMSClient;
  isAws(): boolean;
}

const AWS_HOST = /\.amazonaws\.com(\.cn)?$/;
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "::1", "localhost"]);

/** Loads the SDK. Errors: E_KEY_MODULE. */
export function createAwsKmsClient(options: AwsKmsOptions): AwsKmsClient {
  const sdk = loadSdk();
  const { region, endpoint, timeoutMs } = options;
  const client = new sdk.KMSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    // It would repeat what may have been done already, and each repetition is one more signature to explain.
    maxAttempts: 1,
    requestHandler: {
      requestTimeout: timeoutMs,
      connectionTimeout: timeoutMs,
      // Without it the time is only warned of.
      throwOnRequestTimeout: true,
    },
  });
  let isAws = true;
  // Variables and profiles can move the endpoint, too: what counts is where a request goes.
  client.middlewareStack.add(
    (next) => (args) => {
      const { hostname, protocol } = args.request as { hostname: string; protocol: string };
      if (protocol !== "https:" && !LOOPBACK.has(hostname)) {
        throw new SignerError({ code: "E_CONFIG", field: "keys.awsKms.endpoint: plaintext" });
      }
      isAws &&= protocol === "https:" && AWS_HOST.test(hostname);
      return next(args);
    },
    { step: "finalizeRequest", name: "whereItGoes" },
  );
  return { sdk, client, isAws: () => isAws };
}

// At run time and not bundled: most signers never need it.
function loadSdk(): Sdk {
  const module = "@aws-sdk/client-kms";
  try {
    return createRequire(import.meta.url)(module) as Sdk;
  } catch (error) {
    throw new SignerError(
      { code: "E_KEY_MODULE", module, reason: "not installed" },
      { cause: error },
    );
  }
}
