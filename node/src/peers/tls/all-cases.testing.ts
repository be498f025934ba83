import { CALLER_CASES } from "../../links/tls/caller-cases.testing.ts";
import { SIGNER_LINK_CASES } from "../../links/tls/signer-cases.testing.ts";
import { CLIENT_CASES } from "./client-cases.testing.ts";
import { SERVER_CASES } from "./server-cases.testing.ts";
import { SESSION_CASES } from "./session-cases.testing.ts";
import type { TlsCase } from "./tls-case.testing.ts";
import { VERSION_CASES } from "./version-cases.testing.ts";

/** Every case but those of scanners. */
export const TLS_CASES: readonly TlsCase[] = [
  ...CLIENT_CASES,
  ...VERSION_CASES,
  ...SERVER_CASES,
  ...SESSION_CASES,
  ...SIGNER_LINK_CASES,
  ...CALLER_CASES,
];
