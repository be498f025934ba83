import type { Sample } from "./sample.ts";

/** A condition that is false: the run is recorded, the request is never sent. */
export const quiet: Sample = {
  fileName: "quiet.yaml",
  yaml: ({ chainId, tokenAddress, echoUrl, expires }) => `deed: v1
name: quiet
summary: Tells the server of transfers larger than the supply, so of none
on:
  event:
    chain: ${chainId}
    contract: "${tokenAddress}"
    event: "Transfer(address indexed from, address indexed to, uint256 value)"
expires: ${expires}
limits: { executions: 1000000, duration: 10s }
steps:
  - id: tell
    if: event.value > uint256("1000000000000000000000000000000")
    http:
      method: POST
      url: "${echoUrl}/never"
      body: { value: "\${event.value}" }
`,
};
