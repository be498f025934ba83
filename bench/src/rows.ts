import type { Row } from "./row.ts";

/** All rows, in the order in which they run. Each is loaded when it is wanted. */
export const ROWS: readonly Row[] = [
  {
    name: "throughput",
    about: "verified executions per second of the whole network",
    defaultSeconds: 20,
    run: async (context) => (await import("./rows/throughput.ts")).throughput(context),
  },
  {
    name: "latency",
    about: "from a fire to its record and to its finality, one at a time",
    defaultSeconds: 15,
    run: async (context) => (await import("./rows/latency.ts")).latency(context),
  },
  {
    name: "cpu",
    about: "CPU time for a verified execution, under load",
    defaultSeconds: 20,
    run: async (context) => (await import("./rows/cpu.ts")).cpu(context),
  },
  {
    name: "idle",
    about: "CPU of a network that has nothing to do",
    defaultSeconds: 30,
    run: async (context) => (await import("./rows/idle.ts")).idle(context),
  },
  {
    name: "memory",
    about: "memory of a node at rest",
    defaultSeconds: 10,
    run: async (context) => (await import("./rows/memory.ts")).memory(context),
  },
  {
    name: "start",
    about: "from the start to the first verified execution",
    defaultSeconds: 30,
    run: async (context) => (await import("./rows/start.ts")).start(context),
  },
  {
    name: "audit",
    about: "offline audits of exported runs",
    defaultSeconds: 10,
    run: async (context) => (await import("./rows/audit.ts")).audit(context),
  },
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
    about: "fresh places for runs, by adapter and number in flight",
    defaultSeconds: 40,
    run: async (context) => (await import("./rows/sandbox.ts")).sandbox(context),
  },
  {
    name: "gas",
    about: "gas from claim to final, per execution",
    defaultSeconds: 120,
    run: async (context) => (await import("./rows/gas.ts")).gas(context),
  },
];
