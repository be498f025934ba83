import { nodeUri } from "../identity.ts";
import type { TestIssuerOptions } from "../issuer.testing.ts";
import { CHAIN_ID } from "../network.testing.ts";
import { contextOf, onStage, type Stage } from "./stage.testing.ts";
import type { Seen, TlsCase } from "./tls-case.testing.ts";

const HOUR_MS = 3_600_000;
const HUNG_UP = /^(CLOSED|ECONNRESET|EPIPE)$/;
const uriOf = (nodeNo: number, chainId = CHAIN_ID) => nodeUri({ nodeNo, chainId });

interface Presenting extends TestIssuerOptions {
  readonly isRegistered?: boolean;
  readonly isActive?: boolean;
}

/** Node 9 knocks at node 1 with what `options` make of its certificates. */
function presenting(
  name: string,
  reason: string,
  options: () => Presenting,
  before?: (stage: Stage) => unknown,
): TlsCase {
  return {
    name,
    expected: { client: HUNG_UP, server: new RegExp(`^${reason}$`) },
    play: onStage(async (stage) => {
      const { server } = await stage.node(1);
      const material = await stage.material(9, options());
      before?.(stage);
      return stage.knock(server.port, contextOf(material));
    }),
  };
}

/** A client whose certificates are not those of a node of the registry. */
export const CLIENT_CASES: readonly TlsCase[] = [
  {
    name: "control: a node of the registry",
    expected: { client: /^ADMITTED$/, server: /^ADMITTED$/ },
    play: onStage(async (stage) => {
      const { server } = await stage.node(1);
      return stage.knock(server.port, contextOf(await stage.material(9)));
    }),
  },
  {
    name: "no certificate",
    expected: { client: HUNG_UP, server: /^NO_CERTIFICATE$/ },
    play: onStage(async (stage) => {
      const { server } = await stage.node(1);
      return stage.knock(server.port, { minVersion: "TLSv1.3" });
    }),
  },
  presenting("a rogue CA with the right names", "CA_NOT_REGISTERED", () => ({
    isRegistered: false,
  })),
  presenting("a leaf that has expired", "EXPIRED", () => ({
    leafFromMs: Date.now() - 2 * HOUR_MS,
    leafToMs: Date.now() - HOUR_MS,
  })),
  presenting("a leaf that is not yet valid", "NOT_YET_VALID", () => ({
    leafFromMs: Date.now() + HOUR_MS,
    leafToMs: Date.now() + 2 * HOUR_MS,
  })),
  presenting("a leaf that lives too long", "LIFETIME", () => ({
    leafToMs: Date.now() + 10 * HOUR_MS,
  })),
  presenting("a node that is suspended (revoked)", "NODE_NOT_ACTIVE", () => ({ isActive: false })),
  presenting(
    "a node that was removed from the registry (revoked)",
    "NODE_UNKNOWN",
    () => ({}),
    (stage) => stage.network.directory.nodes.delete(9),
  ),
  presenting(
    "a node whose CA was replaced in the registry",
    "CA_NOT_REGISTERED",
    () => ({}),
    ({ network: { directory } }) => {
      const node = directory.node(9)!;
      directory.nodes.set(9, { ...node, caHash: `0x${"7".repeat(64)}` });
    },
  ),
  presenting("another node's CA vouches for the name", "CA_NOT_REGISTERED", () => ({
    leafUri: uriOf(1),
  })),
  presenting("a SAN of another ledger", "OTHER_LEDGER", () => ({ leafUri: uriOf(9, 1) })),
  presenting("a SAN that is no node's", "NO_IDENTITY", () => ({ leafUri: "https://example.com" })),
  presenting("a SAN of a node that the registry does not know", "NODE_UNKNOWN", () => ({
    leafUri: uriOf(77),
  })),
  presenting("an issuer that is no CA", "CA_INVALID", () => ({ isCa: false })),
  presenting("a CA without name constraints", "CA_NOT_CONSTRAINED", () => ({
    constrainedTo: null,
  })),
  presenting("a CA whose name constraints are not critical", "CA_NOT_CONSTRAINED", () => ({
    isCritical: false,
  })),
  presenting("a CA constrained to another node", "CA_NOT_CONSTRAINED", () => ({
    constrainedTo: { nodeNo: 1, chainId: CHAIN_ID },
  })),
  {
    name: "a leaf without its CA",
    expected: { client: HUNG_UP, server: /^NO_ISSUER$/ },
    play: onStage(async (stage) => {
      const { server } = await stage.node(1);
      const material = await stage.material(9);
      const [cert] = material.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
      return stage.knock(server.port, contextOf(material, { cert: cert! }));
    }),
  },
  {
    name: "a registered node's certificate with another's key",
    expected: { client: /^ERR_OSSL_X509_KEY_VALUES_MISMATCH$/, server: /^NOTHING$/ },
    play: onStage(async (stage) => {
      const { server } = await stage.node(1);
      const [own, stolen] = [await stage.material(9), await stage.material(8)];
      return withoutServer(() =>
        stage.knock(server.port, contextOf(own, { cert: stolen.chainPem })),
      );
    }),
  },
];

/** OpenSSL may refuse before anything is sent. */
async function withoutServer(knock: () => Promise<Seen>): Promise<Seen> {
  try {
    return await knock();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return { client: code, server: "NOTHING" };
  }
}
