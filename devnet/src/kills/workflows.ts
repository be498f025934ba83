/** What the workflows of a run need to know. */
export interface WorkflowPlaces {
  readonly echoUrl: string;
  readonly counter: string;
  readonly expires: string;
}

/** Paths of the echo server that these workflows ask, with how their server behaves. */
export const PATHS = {
  /** Answers after a while; may be asked again. */
  put: "/kills/put",
  /** Answers after a longer while; at most once. */
  post: "/kills/post",
  bait: "/kills/bait",
  /** The first request waits until it is let go. */
  held: "/kills/held",
  after: "/kills/after",
  /** The same; at most once. */
  once: "/kills/once",
} as const;

/** Where the first request waits until it is let go. */
export const HELD_PATHS: readonly string[] = [PATHS.held, PATHS.once];

/** Fired by hand again and again: a request that may be repeated, then an effect on-chain. */
export function putThenCount({ echoUrl, counter, expires }: WorkflowPlaces): string {
  return `${head("kills-put", "30s", expires)}
  - id: put
    http:
      method: PUT
      url: "${echoUrl}${PATHS.put}"
      body: { ordinal: "\${trigger.ordinal}" }
    retry: { attempts: 3, backoff: 500ms }
  - id: count
    call:
      to: "${counter}"
      function: "count(uint256)"
      args: ["1"]
    accept: recorded
    retry: { attempts: 2, backoff: 1s }
`;
}

/** A request that may run at most once. */
export function post({ echoUrl, expires }: WorkflowPlaces): string {
  return `${head("kills-post", "30s", expires)}
  - id: post
    http:
      method: POST
      url: "${echoUrl}${PATHS.post}"
      body: { ordinal: "\${trigger.ordinal}" }
`;
}

/** A request that may run at most once, and whose server does not answer. */
export function heldOnce({ echoUrl, expires }: WorkflowPlaces): string {
  return `${head("kills-once", "30s", expires)}
  - id: post
    http:
      method: POST
      url: "${echoUrl}${PATHS.once}"
      body: { ordinal: "\${trigger.ordinal}" }
`;
}

/** A condition, for the one that lies about conditions. */
export function bait({ echoUrl, expires }: WorkflowPlaces): string {
  return `${head("kills-bait", "5s", expires)}
  - id: put
    if: trigger.ordinal > 0
    http:
      method: PUT
      url: "${echoUrl}${PATHS.bait}"
      body: { ordinal: "\${trigger.ordinal}" }
`;
}

/** Two requests, so that there is something left to do for a holder that was away during the first. */
export function heldThenAfter({ echoUrl, expires }: WorkflowPlaces): string {
  return `${head("kills-held", "5s", expires)}
  - id: held
    http:
      method: PUT
      url: "${echoUrl}${PATHS.held}"
      body: { ordinal: "\${trigger.ordinal}" }
    timeout: 4s
    retry: { attempts: 3, backoff: 100ms }
  - id: after
    http:
      method: PUT
      url: "${echoUrl}${PATHS.after}"
      body: { ordinal: "\${trigger.ordinal}" }
`;
}

/** An effect on-chain every few seconds, of which none may be left out. */
export function tick({ counter, expires }: WorkflowPlaces): string {
  return `${head("kills-tick", "30s", expires, "schedule: { every: 4s, catchUp: all }")}
  - id: count
    call:
      to: "${counter}"
      function: "count(uint256)"
      args: ["1"]
    retry: { attempts: 2, backoff: 1s }
`;
}

function head(name: string, duration: string, expires: string, on = "manual: {}"): string {
  return `deed: v1
name: ${name}
summary: Runs while parts of its network are killed
on:
  ${on}
expires: ${expires}
limits: { executions: 100000, duration: ${duration} }
steps:`;
}
