import type { Sample } from "./sample.ts";

/** An event of a contract tells an HTTP server. */
export const transferAlert: Sample = {
  fileName: "transfer-alert.yaml",
  yaml: ({ chainId, tokenAddress, echoUrl, expires }) => `deed: v1
name: transfer-alert
summary: Tells the server of every transfer of the sample token
on:
  event:
    chain: ${chainId}
    contract: "${tokenAddress}"
    event: "Transfer(address indexed from, address indexed to, uint256 value)"
    where: event.value >= uint256("1")
    confidence: finalized
expires: ${expires}
limits: { executions: 1000000, duration: 10s }
steps:
  - id: tell
    http:
      method: POST
      url: "${echoUrl}/transfers"
      headers: { X-Block: "\${trigger.blockNumber}" }
      body:
        text: "\${event.value} from \${event.from} to \${event.to}"
        value: "\${event.value}"
        at: "\${now}"
`,
};
