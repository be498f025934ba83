import type { Sample } from "./sample.ts";

/** Fired by its owner, with an input; the second step uses the answer of the first. */
export const byHand: Sample = {
  fileName: "by-hand.yaml",
  yaml: ({ echoUrl, expires }) => `deed: v1
name: by-hand
summary: Sends the input to the server, then says what it answered
on:
  manual: {}
expires: ${expires}
limits: { executions: 1000000, duration: 10s }
steps:
  - id: send
    http:
      method: PUT
      url: "${echoUrl}/inputs"
      body: { input: "\${input}", ordinal: "\${trigger.ordinal}" }
    retry: { attempts: 3, backoff: 500ms }
  - id: confirm
    if: steps.send.status == 200
    http:
      method: POST
      url: "${echoUrl}/confirmations"
      body: { status: "\${steps.send.status}" }
`,
};
