import type { LookupAddress } from "node:dns";
import { isIPv6 } from "node:net";
import { BROKER_DEFAULTS, Broker, ClaimMemory, type Resolve } from "@deed/node/parts";
import type { HttpStep } from "@deed/protocol/plan";
import { idempotencyKey } from "@deed/protocol/runtime";
import { type Attack, planWith, type Scene } from "../attack.ts";
import { all } from "./expectations.ts";

// What a hostile run asks of the broker, the only door out, and what hostile servers and names do to it.

const EXECUTION_ID = `0x${"11".repeat(32)}` as const;
const HASH = `0x${"33".repeat(32)}` as const;

/** What is asked for beside what the plan says, and what the operator allows. */
interface Errand {
  /** Of the signed plan. */
  readonly url: string;
  readonly origin?: string;
  readonly method?: HttpStep["method"];
  readonly headers?: Readonly<Record<string, string>>;
  /** What the run asks in the place of what the plan says. */
  readonly request?: Readonly<Record<string, unknown>>;
  readonly effect?: Readonly<Record<string, unknown>>;
  /** The operator lets workflows reach the host's own server. */
  readonly isAllowed?: boolean;
  /** Answers of the name server, one after the other; the last one again and again. */
  readonly names?: readonly (readonly string[])[];
  readonly timeoutMs?: number;
}

const refused = (...codes: readonly string[]) => ({
  by: `the broker refuses: ${codes.join(" or ")}`,
  is: new RegExp(`^got "refused (${codes.join("|")})"$`),
});
const ADDRESS = refused("ADDRESS_REFUSED");
const ORIGIN = refused("ORIGIN_REFUSED");
const NOT_IN_PLAN = refused("NOT_PERMITTED");

interface ErrandAttack {
  readonly expected: ReturnType<typeof refused>;
  readonly isShort?: true;
  /** The request goes out, and nothing of the answer's tricks comes back. */
  readonly mayHit?: true;
}

function errand(
  name: string,
  expected: ErrandAttack["expected"],
  make: (world: Scene["world"]) => Errand,
  { mayHit, ...more }: Omit<ErrandAttack, "expected"> = {},
): Attack {
  return {
    name: `broker-${name}`,
    ...more,
    expected: all(expected),
    async run(scene) {
      const before = scene.world.hits();
      const end = await ask(scene, make(scene.world));
      const isHit = scene.world.hits() > before;
      return isHit && mayHit !== true ? `${end}, and the server heard of it` : end;
    },
  };
}

/** The run asks, the node's broker answers. */
async function ask(scene: Scene, asked: Errand): Promise<string> {
  const step = stepOf(asked);
  const allowed = asked.isAllowed === true ? [step.origin] : [];
  const once = new ClaimMemory();
  const broker = new Broker(
    { ...BROKER_DEFAULTS, privateOrigins: new Set(allowed) },
    {
      clock: { nowMs: Date.now },
      anchor: () => ({ number: 7, hash: HASH }),
      once,
      call: async () => ({ status: 1, output: { error: { code: "REVERTED", message: "" } } }),
      resolve: answering(asked.names ?? []),
    },
  );
  const job = broker.open({
    ...{ plan: planWith(step), intentHash: HASH, executionId: EXECUTION_ID, attempt: 1 },
    refusal: () => null,
  });
  try {
    return await scene.act("ask", effectOf(step, asked), { broker: job.handle });
  } finally {
    job.close();
    await broker.close();
  }
}

function stepOf({ url, origin, method, headers, timeoutMs }: Errand): HttpStep {
  return {
    ...{ kind: "http", id: "tell", if: null, needs: [], explicitNeeds: false },
    ...{ retry: { attempts: 1, backoffMs: 0 }, timeoutMs: timeoutMs ?? 3_000 },
    ...{ inputLevel: "proven", outputLevel: "recorded", method: method ?? "GET" },
    origin: origin ?? new URL(url).origin,
    ...{ url, headers: headers ?? {}, body: null, delivery: "repeatable" },
  };
}

function effectOf(step: HttpStep, { request, effect }: Errand): object {
  const { origin, delivery, timeoutMs, method, url, headers } = step;
  return {
    ...{ kind: "http", stepIndex: 0, stepId: step.id, try: 1, origin, delivery, timeoutMs },
    ...effect,
    request: {
      ...{ method, url, headers, body: null },
      idempotencyKey: idempotencyKey(EXECUTION_ID, 0),
      ...request,
    },
  };
}

/** A name server that says something else each time. */
function answering(names: readonly (readonly string[])[]): Resolve {
  let question = 0;
  return (_name, options, callback) => {
    const list = names[Math.min(question, names.length - 1)] ?? [];
    question += 1;
    const answers = list.map(
      (address): LookupAddress => ({ address, family: isIPv6(address) ? 6 : 4 }),
    );
    const [first] = answers;
    if (first === undefined)
      callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), "", 4);
    else if (options.all === true) callback(null, answers);
    else callback(null, first.address, first.family);
  };
}

/** Literal addresses in the plan itself. */
const ADDRESSES: readonly Attack[] = (
  [
    ["loopback", "127.0.0.1", true],
    ["loopback-other", "127.8.8.8"],
    ["this-host", "0.0.0.0"],
    ["private-10", "10.0.0.1"],
    ["private-172", "172.16.0.1"],
    ["private-192", "192.168.0.1"],
    ["link-local", "169.254.1.1"],
    ["metadata", "169.254.169.254", true],
    ["metadata-azure", "168.63.129.16"],
    ["carrier", "100.64.0.1"],
    ["ipv6-loopback", "[::1]"],
    ["mapped-ipv6", "[::ffff:7f00:1]", true],
    ["compatible-ipv6", "[::7f00:1]"],
    ["nat64", "[64:ff9b::7f00:1]"],
    ["6to4", "[2002:7f00:1::1]"],
    ["unique-local-ipv6", "[fd00:ec2::254]"],
    ["link-local-ipv6", "[fe80::1]"],
  ] as const
).map(([name, host, isShort]) =>
  errand(
    `address-${name}`,
    ADDRESS,
    ({ http }) => ({ url: `http://${host}:${http}/` }),
    isShort === true ? { isShort } : {},
  ),
);

const SPELLINGS: readonly Attack[] = (
  [
    ["decimal", "2130706433", true],
    ["hexadecimal", "0x7f000001"],
    ["octal", "0177.0.0.1", true],
    ["short", "127.1"],
    ["full-width", "１２７.0.0.1"],
    ["escapes", "%31%32%37.0.0.1"],
    ["mapped-decimal", "[::ffff:127.0.0.1]"],
    ["userinfo", "api.example.com@127.0.0.1", true],
    ["userinfo-password", "a:b@127.0.0.1"],
  ] as const
).map(([name, host, isShort]) =>
  errand(
    `spelling-${name}`,
    refused("ORIGIN_REFUSED", "ADDRESS_REFUSED"),
    // A plan that says so, which a compiler would have refused.
    ({ http }) => ({ url: `http://${host}:${http}/`, origin: `http://127.0.0.1:${http}` }),
    isShort === true ? { isShort } : {},
  ),
);

const SCHEMES: readonly Attack[] = (
  [
    ["file", "file:///etc/passwd"],
    ["ftp", "ftp://127.0.0.1/"],
    ["gopher", "gopher://127.0.0.1:25/_x"],
    ["data", "data:text/plain,a"],
    ["unix", "unix:///run/x"],
    ["javascript", "javascript:1"],
  ] as const
).map(([name, url]) =>
  errand(
    `scheme-${name}`,
    ORIGIN,
    () => ({ url, origin: "null" }),
    name === "file" ? { isShort: true } : {},
  ),
);

const named = (http: number, path = "/"): string => `http://name.example.com:${http}${path}`;
const here = (http: number, path = "/"): string => `http://127.0.0.1:${http}${path}`;

const NAMES: readonly Attack[] = [
  errand("name-to-loopback", ADDRESS, ({ http }) => ({ url: named(http), names: [["127.0.0.1"]] })),
  errand("name-to-private", ADDRESS, ({ http, privateHost }) => ({
    url: named(http),
    names: [[privateHost ?? "10.0.0.1"]],
  })),
  errand("name-to-metadata", ADDRESS, () => ({ url: named(80), names: [["169.254.169.254"]] })),
  errand("name-to-mapped-ipv6", ADDRESS, ({ http }) => ({
    url: named(http),
    names: [["::ffff:127.0.0.1"]],
  })),
  errand("name-public-and-private", ADDRESS, ({ http }) => ({
    url: named(http),
    names: [["93.184.216.34", "127.0.0.1"]],
  })),
  errand(
    "rebinding",
    refused("ADDRESS_REFUSED", "UNREACHABLE", "TIMEOUT"),
    // A public address at first, for whoever checks and asks again.
    ({ http }) => ({
      ...{ url: named(http), timeoutMs: 500 },
      names: [["93.184.216.34"], ["127.0.0.1"]],
    }),
    { isShort: true },
  ),
  errand("rebinding-at-once", ADDRESS, ({ http }) => ({
    url: named(http),
    names: [["127.0.0.1"], ["93.184.216.34"]],
  })),
];

const FOREIGN: readonly Attack[] = [
  errand(
    "unlisted-origin",
    ORIGIN,
    ({ http }) => ({ url: "http://93.184.216.34/", request: { url: here(http) } }),
    { isShort: true },
  ),
  errand("unlisted-origin-claimed", ORIGIN, ({ http }) => ({
    ...{ url: "http://93.184.216.34/", request: { url: here(http) } },
    effect: { origin: `http://127.0.0.1:${http}` },
  })),
  errand("other-port", ORIGIN, ({ http }) => ({
    ...{ url: here(http + 1), isAllowed: true, request: { url: here(http) } },
  })),
  errand("other-path", ORIGIN, ({ http }) => ({
    ...{ url: here(http, "/a"), isAllowed: true, request: { url: here(http, "/b") } },
  })),
  errand("path-traversal", ORIGIN, ({ http }) => ({
    ...{ url: here(http, "/a/"), isAllowed: true, request: { url: here(http, "/a/../b") } },
  })),
  errand("path-traversal-by-a-value", ORIGIN, ({ http }) => ({
    ...{ url: here(http, "/a/${event.x}/b/${event.y}"), isAllowed: true },
    request: { url: here(http, "/a/1/b/%2e%2E") },
  })),
  errand(
    "unlisted-method",
    NOT_IN_PLAN,
    ({ http }) => ({ url: here(http), isAllowed: true, request: { method: "DELETE" } }),
    { isShort: true },
  ),
  errand(
    "unlisted-header",
    NOT_IN_PLAN,
    ({ http }) => ({
      ...{ url: here(http), isAllowed: true, request: { headers: { authorization: "x" } } },
    }),
    { isShort: true },
  ),
  errand("header-injection", NOT_IN_PLAN, ({ http }) => ({
    ...{ url: here(http), isAllowed: true, headers: { "x-a": "b" } },
    request: { headers: { "x-a": "b\r\nhost: inside" } },
  })),
  errand("header-of-http-itself", NOT_IN_PLAN, ({ http }) => ({
    ...{ url: here(http), isAllowed: true, headers: { host: "inside" } },
  })),
  errand("unlisted-body", NOT_IN_PLAN, ({ http }) => ({
    ...{ url: here(http), isAllowed: true, request: { body: "x" } },
  })),
  errand("other-idempotency-key", NOT_IN_PLAN, ({ http }) => ({
    ...{ url: here(http), isAllowed: true, request: { idempotencyKey: HASH } },
  })),
  errand("other-step", NOT_IN_PLAN, ({ http }) => ({
    ...{ url: here(http), isAllowed: true, effect: { stepIndex: 1 } },
  })),
  errand("other-delivery", NOT_IN_PLAN, ({ http }) => ({
    ...{ url: here(http), isAllowed: true, effect: { delivery: "once" } },
  })),
  errand("contract-call", NOT_IN_PLAN, ({ http }) => ({
    ...{ url: here(http), isAllowed: true },
    effect: { kind: "call", target: `0x${"11".repeat(20)}`, valueWei: "1", callData: "0x" },
  })),
];

const served = (is: RegExp, by: string) => ({ by, is });

const ANSWERS: readonly Attack[] = [
  errand(
    "redirect",
    served(/^got "302 /, "the broker follows no redirect"),
    ({ http }) => ({ url: here(http, "/redirect"), isAllowed: true }),
    { isShort: true, mayHit: true },
  ),
  errand(
    "endless-answer",
    refused("BODY_TOO_LARGE"),
    ({ http }) => ({ url: here(http, "/endless"), isAllowed: true }),
    { isShort: true, mayHit: true },
  ),
  errand(
    "compression-bomb",
    refused("INVALID_RESPONSE"),
    ({ http }) => ({ url: here(http, "/gzip"), isAllowed: true }),
    { mayHit: true },
  ),
  errand(
    "giant-headers",
    refused("INVALID_RESPONSE"),
    ({ http }) => ({ url: here(http, "/headers"), isAllowed: true }),
    { mayHit: true },
  ),
  errand(
    "silent-server",
    refused("TIMEOUT"),
    ({ http }) => ({ url: here(http, "/silent"), isAllowed: true, timeoutMs: 300 }),
    { mayHit: true },
  ),
  errand(
    "slow-server",
    refused("TIMEOUT"),
    ({ http }) => ({ url: here(http, "/slow"), isAllowed: true, timeoutMs: 300 }),
    { mayHit: true },
  ),
];

/** A request that the plan holds is done: without this, refusing everything would pass for containment. */
export async function honestErrand(scene: Scene): Promise<string> {
  return ask(scene, { url: here(scene.world.http), isAllowed: true });
}

export const BROKERED: readonly Attack[] = [
  ...ADDRESSES,
  ...SPELLINGS,
  ...SCHEMES,
  ...NAMES,
  ...FOREIGN,
  ...ANSWERS,
];
