import type { Row } from "./row.ts";

/** All rows, in the order in which they run. Each is loaded when it is wanted. */
export const ROWS: readonly Row[] = [
  {
    name: "chain",
    about: "the embedded chain alone",
    defaultSeconds: 10,
    run: async (context) => (await import("./rows/chain.ts")).chain(context),
  },
  {
    name: "signer",
    about: "the signer process alone",
    defaultSeconds: 10,
    run: async (context) => (await import("./rows/signer.ts")).signer(context),
  },
  {
    name: "peers",
    about: "requests between nodes, over mutual TLS",
    defaultSeconds: 5,
    run: async (context) => (await import("./rows/peers.ts")).peers(context),
  },
  {
    name: "sandbox",
    about: "fresh places for runs",
    defaultSeconds: 10,
    run: async (context) => (await import("./rows/sandbox.ts")).sandbox(context),
  },
  {
    name: "gas",
    about: "gas from claim to final, per execution",
    defaultSeconds: 120,
    run: async (context) => (await import("./rows/gas.ts")).gas(context),
  },
];
