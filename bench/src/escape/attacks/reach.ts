import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Attack, Expectation, Scene } from "../attack.ts";
import { SECRET_VARIABLE } from "../world.ts";
import {
  all,
  DENIED,
  each,
  FILTERED,
  NO_CODE_FROM_TEXT,
  NO_NETWORK,
  OTHER_PROCESSES,
} from "./expectations.ts";

// Host files and environment, other processes, the network directly, programs: by JavaScript.

const NOTHING: Expectation = { by: "there is nothing", is: /^refused nothing: / };
const jsOnly = each({ zygote: FILTERED, bubblewrap: DENIED, process: DENIED });
const network = each({ zygote: FILTERED, bubblewrap: FILTERED, process: NO_NETWORK });

/** The order of the payload that has the attack's name. */
function simple(
  name: string,
  fields: Omit<Attack, "name" | "run"> & {
    readonly argument?: (scene: Scene) => unknown;
    readonly order?: string;
  },
): Attack {
  const { argument, order = name, ...rest } = fields;
  return { name, ...rest, run: (scene) => scene.act(order, argument?.(scene)) };
}

const READABLE = ["/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/self/environ"];

function connecting(
  name: string,
  to: (scene: Scene) => object | null,
  more: Pick<Attack, "uncontained" | "isShort"> = {},
): Attack {
  return {
    name,
    ...more,
    expected: network,
    async run(scene) {
      const place = to(scene);
      if (place === null) return "not tried: this host has no such address";
      const before = scene.world.hits();
      const end = await scene.act("connect", place);
      return scene.world.hits() > before ? `${end}, and the server heard of it` : end;
    },
  };
}

const FILES: readonly Attack[] = [
  simple("read-host-files", {
    isShort: true,
    order: "read-files",
    argument: ({ world }) => [world.secretFile, ...READABLE],
    uncontained: /^got "\/.*: secret-/,
    expected: jsOnly,
  }),
  simple("list-host-files", {
    order: "list-files",
    argument: ({ world }) => [world.folder, "/etc", "/root", "/home", "/"],
    uncontained: /^got \d/,
    expected: jsOnly,
  }),
  {
    name: "write-host-files",
    uncontained: /^got /,
    expected: jsOnly,
    async run({ act, world }) {
      const path = join(world.folder, "written");
      const end = await act("write-files", [path, "/tmp/deed-hostile", "/dev/shm/deed-hostile"]);
      return existsSync(path) && !end.startsWith("got") ? `${end}, and the file is there` : end;
    },
  },
  simple("read-environment", {
    isShort: true,
    order: "environment",
    argument: () => SECRET_VARIABLE,
    uncontained: /^got "secret-/,
    expected: all(NOTHING),
  }),
  simple("use-inherited-descriptors", {
    order: "inherited-descriptors",
    expected: each({ zygote: FILTERED, bubblewrap: NO_DESCRIPTOR(), process: NO_DESCRIPTOR() }),
  }),
];

function NO_DESCRIPTOR(): Expectation {
  return { by: "nothing is open but the broker's", is: /^refused (EBADF|nothing: none open)$/ };
}

const PROCESSES: readonly Attack[] = [
  simple("see-processes", { isShort: true, uncontained: /^got \d/, expected: jsOnly }),
  {
    name: "signal-process",
    isShort: true,
    uncontained: /^got true/,
    expected: each({
      zygote: FILTERED,
      bubblewrap: { by: "own process space", is: /^refused (ESRCH|ENOSYS)$/ },
      process: OTHER_PROCESSES,
    }),
    async run({ act, world }) {
      const end = await act("signal-process", { pid: world.victim() });
      return world.isVictimWell() ? end : `${end}, and the process has gone`;
    },
  },
  simple("signal-parent", {
    uncontained: /^got true$/,
    expected: each({
      zygote: FILTERED,
      bubblewrap: { by: "own process space", is: /^refused nothing: no parent$/ },
      process: OTHER_PROCESSES,
    }),
  }),
  simple("read-memory-of-process", {
    order: "read-memory",
    argument: ({ world }) => ({ pid: world.victim() }),
    uncontained: /^got "opened"$/,
    expected: jsOnly,
  }),
  simple("start-program", { isShort: true, uncontained: /^got "started"$/, expected: jsOnly }),
  simple("start-node", { uncontained: /^got "started"$/, expected: jsOnly }),
  simple("fork-bomb", {
    isShort: true,
    argument: () => 60,
    uncontained: /^got "60 processes"$/,
    expected: jsOnly,
  }),
  simple("become-root", {
    expected: each({
      zygote: FILTERED,
      bubblewrap: { by: "no capabilities", is: /^refused (EPERM|ENOSYS|EINVAL)$/ },
      process: { notPromised: "root of a user namespace without rights is what it is already" },
    }),
  }),
];

const NETWORK: readonly Attack[] = [
  connecting("connect-loopback", ({ world }) => ({ host: "127.0.0.1", port: world.http }), {
    isShort: true,
    uncontained: /^got "connect", and the server heard of it$/,
  }),
  connecting("connect-loopback-ipv6", ({ world }) =>
    world.http6 === null ? { host: "::1", port: 9 } : { host: "::1", port: world.http6 },
  ),
  connecting("connect-private", ({ world }) => ({
    host: world.privateHost ?? "10.0.0.1",
    port: world.http,
  })),
  connecting("connect-link-local", () => ({ host: "169.254.1.1", port: 80 })),
  connecting("connect-metadata", () => ({ host: "169.254.169.254", port: 80 })),
  connecting("connect-this-host", ({ world }) => ({ host: "0.0.0.0", port: world.http })),
  {
    ...connecting("connect-unix-socket", ({ world }) => ({ path: world.socketPath }), {
      uncontained: /the server heard of it$/,
    }),
    expected: each({
      zygote: FILTERED,
      bubblewrap: FILTERED,
      process: { notPromised: "sockets in folders that the user may enter are files of the host" },
    }),
  },
  {
    ...connecting("connect-abstract-socket", ({ world }) => ({ path: world.abstractSocket }), {
      uncontained: /the server heard of it$/,
    }),
  },
  {
    name: "send-udp",
    uncontained: /^got "sent"/,
    expected: network,
    run: ({ act, world }) => act("send-udp", { host: "127.0.0.1", port: world.udp }),
  },
  simple("listen", {
    uncontained: /^got "listening"$/,
    expected: each({
      zygote: FILTERED,
      bubblewrap: FILTERED,
      process: { by: "a network namespace of its own", is: /^(refused .*|got "listening")$/ },
    }),
  }),
];

const ENGINE: readonly Attack[] = [
  simple("make-code", { uncontained: /^got "made"$/, expected: all(NO_CODE_FROM_TEXT) }),
  simple("constructor-of-function", {
    isShort: true,
    uncontained: /^got "made"$/,
    expected: all(NO_CODE_FROM_TEXT),
  }),
  simple("constructor-from-another-context", {
    order: "another-context",
    uncontained: /^got \d/,
    expected: all(NO_CODE_FROM_TEXT),
  }),
  simple("load-native-code", {
    argument: () => "/attack.node",
    expected: each({ zygote: FILTERED, bubblewrap: NO_ADDONS(), process: NO_ADDONS() }),
  }),
  simple("internal-binding", { uncontained: /^got "started"$/, expected: jsOnly }),
  simple("open-inspector", {
    order: "inspector",
    expected: each({ zygote: FILTERED, bubblewrap: DENIED, process: DENIED }),
  }),
];

function NO_ADDONS(): Expectation {
  return { by: "Node loads no native code", is: /^refused ERR_DLOPEN_DISABLED$/ };
}

export const REACHING: readonly Attack[] = [...FILES, ...PROCESSES, ...NETWORK, ...ENGINE];
