import type { Sample } from "./sample.ts";

/** An interval acts on-chain: the owner's vault calls a contract with literal arguments. */
export const heartbeat: Sample = {
  fileName: "heartbeat.yaml",
  yaml: ({ chainId, counterAddress, expires }) => `deed: v1
name: heartbeat
summary: Counts one up on the sample counter every five seconds
on:
  schedule: { every: 5s }
expires: ${expires}
limits: { executions: 1000000, duration: 10s }
steps:
  - id: count
    call:
      chain: ${chainId}
      to: "${counterAddress}"
      function: "count(uint256)"
      args: ["1"]
    retry: { attempts: 2, backoff: 1s }
`,
};
