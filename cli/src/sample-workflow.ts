export const TRIGGERS = ["event", "interval", "manual"] as const;

export type Trigger = (typeof TRIGGERS)[number];

export interface SamplePlace {
  readonly chainId: number;
  readonly nowMs: number;
  /** File with the dialect's schema, beside the workflow. */
  readonly schema: string;
}

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** A commented workflow that compiles, to be changed by its author. */
export function sampleWorkflow(trigger: Trigger, { chainId, nowMs, schema }: SamplePlace): string {
  const expires = `${new Date(nowMs + YEAR_MS).toISOString().slice(0, 10)}T00:00:00Z`;
  const { on, step } = parts(trigger, chainId);
  return `# yaml-language-server: $schema=./${schema}
deed: v1
name: my-workflow
# What wallets show when it is signed.
summary: ${SUMMARIES[trigger]}
${on}# After this time nothing runs any more.
expires: ${expires}
# executions: how often at most, in all. perHour: how often at most within an hour.
# duration: how long one run may take.
limits: { executions: 1000, perHour: 60, duration: 30s }
steps:
${step}# Everything in this file becomes public when it is registered, comments too: no keys, no tokens.
`;
}

const SUMMARIES: { readonly [trigger in Trigger]: string } = {
  event: "Tells a server of every transfer of a token",
  interval: "Asks a server every five minutes, and tells another one what it said",
  manual: "Sends an input to a server when its owner fires it",
};

function parts(trigger: Trigger, chainId: number): { readonly on: string; readonly step: string } {
  switch (trigger) {
    case "event":
      return { on: eventTrigger(chainId), step: TELL };
    case "interval":
      return { on: "on:\n  schedule: { every: 5m }\n", step: ASK };
    case "manual":
      return { on: MANUAL, step: SEND };
  }
}

function eventTrigger(chainId: number): string {
  return `on:
  event:
    chain: ${chainId}
    # The contract that emits the event.
    contract: "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    event: "Transfer(address indexed from, address indexed to, uint256 value)"
    # Only events for which this is true. Amounts have 18 decimals here.
    where: event.value >= uint256("1000000000000000000")
    # latest, safe or finalized: how sure the chain must be.
    confidence: finalized
`;
}

const TELL = `  - id: tell
    http:
      method: POST
      url: "https://hooks.example.com/transfers"
      body: { text: "\${event.value} from \${event.from} to \${event.to}" }
    # Tried again only while it certainly has not left: a POST leaves at most once.
`;

const ASK = `  - id: ask
    http: { method: GET, url: "https://api.example.com/price" }
    retry: { attempts: 3, backoff: 2s }
  - id: tell
    # A condition over what earlier steps gave.
    if: steps.ask.status == 200
    http:
      method: POST
      url: "https://hooks.example.com/prices"
      body: { answer: "\${steps.ask.body}" }
`;

const MANUAL = `on:
  # Fired by its owner: deed fire HASH --input '{"amount": 5}'
  manual: {}
`;

const SEND = `  - id: send
    http:
      method: PUT
      url: "https://api.example.com/orders"
      body: { order: "\${input}", number: "\${trigger.ordinal}" }
    retry: { attempts: 3, backoff: 2s }
`;
