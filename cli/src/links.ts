import { isLoopbackUrl } from "@deed/sdk";
import { cliError } from "./cli-error.ts";

const VERIFY_VARIABLE = "NODE_TLS_REJECT_UNAUTHORIZED";

/** An address that is asked in plaintext only on this machine, or where the user accepts it. Errors: CliError. */
export function requireProtected(url: string, option: string, allowsPlaintext: boolean): string {
  if (!URL.canParse(url)) {
    throw cliError("CLI_USAGE", `'${url}' is no address`, "For example http://127.0.0.1:8701.");
  }
  const { protocol, origin } = new URL(url);
  if (allowsPlaintext || protocol === "https:" || isLoopbackUrl(url)) return url;
  const message = `${option} ${origin} is plaintext to another machine`;
  const remedy = "Use https; or accept that others read and change it: --allow-plaintext.";
  throw cliError("CLI_PLAINTEXT", message, remedy);
}

/** Errors: CliError where the environment makes every certificate good. */
export function requireVerification(
  environment: Readonly<Record<string, string | undefined>>,
): void {
  if (environment[VERIFY_VARIABLE] !== "0") return;
  const message = `${VERIFY_VARIABLE}=0 switches the verification of certificates off`;
  const remedy = "Remove it; name an authority of your own in NODE_EXTRA_CA_CERTS.";
  throw cliError("CLI_TLS_UNVERIFIED", message, remedy);
}
