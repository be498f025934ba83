import { type Finding, finding } from "./finding.ts";

/** Variables by which Node believes more authorities than its own. */
const TRUST_VARIABLES = ["NODE_EXTRA_CA_CERTS", "NODE_USE_SYSTEM_CA"] as const;

/** Whoever sets one of these decides what `deed` and the client of a cloud's key store believe. */
export function checkEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Finding {
  const set = TRUST_VARIABLES.filter((name) => (environment[name] ?? "") !== "");
  if (set.length === 0) return finding("environment", "ok", "no variable adds authorities");
  const detail = `${set.map((name) => `${name}=${environment[name]}`).join(", ")}: what is signed by these authorities is believed by deed and by the client of AWS KMS; a node's own connections do not ask them`;
  return finding(
    "environment",
    "warn",
    detail,
    "Unset what you did not set on purpose; docs/operate/links.md.",
  );
}
