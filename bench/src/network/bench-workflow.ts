/** The work that all figures of the network are about: a request to an echo server, and a pure condition. */
export function benchWorkflow(places: {
  readonly echoUrl: string;
  /** RFC 3339, UTC. */
  readonly expires: string;
}): string {
  return `deed: v1
name: bench
summary: Sends its input, then looks at the answer
on:
  manual: {}
expires: ${places.expires}
limits: { executions: 100000000, duration: 10s }
steps:
  - id: send
    http:
      method: POST
      url: "${places.echoUrl}/bench"
      body: { input: "\${input}", ordinal: "\${trigger.ordinal}" }
  - id: look
    if: steps.send.status != 200
    http:
      method: POST
      url: "${places.echoUrl}/never"
      body: { status: "\${steps.send.status}" }
`;
}
