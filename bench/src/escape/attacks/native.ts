import type { Attack, Expectation, Scene } from "../attack.ts";
import type { NativeOrder, Word } from "../payload/native.ts";
import { each, FILTERED, NATIVE_CODE } from "./expectations.ts";

// Hostile code that has broken out of V8: any system call, by number.

type Numbers = readonly [x64: number, arm64: number];

const numberOf = ([x64, arm64]: Numbers): number => (process.arch === "arm64" ? arm64 : x64);

const SOCKET: Numbers = [41, 198];
const CONNECT: Numbers = [42, 203];

const UNKNOWN: Expectation = {
  by: "the filter knows no such system call",
  is: /^refused nothing: error 38$/,
};
const NO_RIGHT: Expectation = {
  by: "the filter refuses it",
  is: /^refused nothing: error (1|13)$/,
};

interface NativeAttack extends Partial<Pick<Attack, "isShort" | "uncontained">> {
  readonly bubblewrap?: Expectation;
  readonly zygote?: Expectation;
}

function native(
  name: string,
  calls: (scene: Scene) => NativeOrder["calls"],
  { bubblewrap = FILTERED, zygote = FILTERED, ...more }: NativeAttack = {},
): Attack {
  return {
    name: `native-${name}`,
    ...more,
    expected: each({ zygote, bubblewrap, process: NATIVE_CODE }),
    async run(scene) {
      const { place, sandbox } = scene;
      const there = place === "zygote" || place === "none" ? sandbox : await scene.native();
      if (there === null) return "not tried";
      scene.world.victim();
      const before = scene.world.hits();
      const end = await scene.act("native", { calls: calls(scene) }, { sandbox: there });
      if (!scene.world.isVictimWell()) return `${end}, and the process has gone`;
      return scene.world.hits() > before ? `${end}, and a server heard of it` : end;
    },
  };
}

const one = (numbers: Numbers, ...words: readonly Word[]) => [
  [numberOf(numbers), ...words] as const,
];
const bytes = (buffer: Buffer): Word => ({ base64: buffer.toString("base64") });
const text = (value: string): Word => bytes(Buffer.from(`${value}\0`));

/** `struct sockaddr_in` of an address and port. */
function addressOf(host: string, port: number): Word {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(2, 0);
  address.writeUInt16BE(port, 2);
  Buffer.from(host.split(".").map(Number)).copy(address, 4);
  return bytes(address);
}

const CLONE_NEW_USER = 0x1000_0000;
const CLONE_NEW_NET = 0x4000_0000;
const SIGCHLD = 17;
const [AF_INET, AF_NETLINK, AF_PACKET] = [2, 16, 17];
const [SOCK_STREAM, SOCK_RAW] = [1, 3];
const X32 = 0x4000_0000;

export const NATIVE_ATTACKS: readonly Attack[] = [
  native(
    "connect-loopback",
    ({ world }) => [
      [numberOf(SOCKET), AF_INET, SOCK_STREAM, 0],
      [numberOf(CONNECT), { resultOf: 0 }, addressOf("127.0.0.1", world.http), 16],
    ],
    { isShort: true, uncontained: /^got 0, and a server heard of it$/ },
  ),
  native("raw-socket", () => one(SOCKET, AF_INET, SOCK_RAW, 1), { isShort: true }),
  native("packet-socket", () => one(SOCKET, AF_PACKET, SOCK_RAW, 0x300)),
  native("netlink-socket", () => one(SOCKET, AF_NETLINK, SOCK_RAW, 0)),
  native("fork", () => one([57, 220], ...(process.arch === "arm64" ? [SIGCHLD, 0, 0, 0, 0] : []))),
  native("execute", () => one([59, 221], text("/bin/true"), 0, 0), {
    // It is needed once, to start Node; there is nothing else to be executed.
    bubblewrap: { by: "an empty root", is: /^refused nothing: error (2|13)$/ },
  }),
  native("ptrace", ({ world }) => one([101, 117], 16, world.victim(), 0, 0), {
    isShort: true,
    uncontained: /^got 0/,
  }),
  native("read-memory-of-process", ({ world }) =>
    one([310, 270], world.victim(), bytes(Buffer.alloc(16)), 1, bytes(Buffer.alloc(16)), 1, 0),
  ),
  native("signal-process", ({ world }) => one([62, 129], world.victim(), 9), {
    bubblewrap: UNKNOWN,
    uncontained: /^got 0, and the process has gone$/,
  }),
  native("mount", () => one([165, 40], text("none"), text("/"), text("tmpfs"), 0, 0), {
    isShort: true,
  }),
  native("unmount", () => one([166, 39], text("/"), 2)),
  native("nested-user-namespace", () => one([272, 97], CLONE_NEW_USER), { isShort: true }),
  native("nested-namespace-by-clone", () => one([56, 220], CLONE_NEW_USER | SIGCHLD, 0, 0, 0, 0)),
  native("new-network-namespace", () => one([272, 97], CLONE_NEW_NET)),
  native("clone3", () => one([435, 435], bytes(Buffer.alloc(88)), 88), { bubblewrap: UNKNOWN }),
  native("join-namespace", () => one([308, 268], 3, 0)),
  native("change-root", () => one([161, 51], text("/"))),
  native("io-uring", () => one([425, 425], 1, bytes(Buffer.alloc(120))), { bubblewrap: UNKNOWN }),
  native("bpf", () => one([321, 280], 0, bytes(Buffer.alloc(120)), 120)),
  native("performance-events", () => one([298, 241], bytes(Buffer.alloc(120)), 0, -1, -1, 0)),
  native("user-fault", () => one([323, 282], 0)),
  native("keyring", () => one([250, 219], 0, -3, 1)),
  native("file-in-memory", () => one([319, 279], text("x"), 0), { uncontained: /^got \d/ }),
  native("open-by-handle", () => one([304, 265], -100, bytes(Buffer.alloc(16)), 0)),
  native("write-file", () => one([257, 56], -100, text("/hostile"), 0x42, 0o644), {
    bubblewrap: NO_RIGHT,
  }),
  native("open-host-file", ({ world }) => one([257, 56], -100, text(world.secretFile), 0), {
    isShort: true,
    bubblewrap: { by: "an empty root", is: /^refused nothing: error 2$/ },
    uncontained: /^got \d/,
  }),
  native("raise-limits", () => one([160, 164], 7, bytes(Buffer.alloc(16, 0xff))), {
    bubblewrap: UNKNOWN,
  }),
  native("set-user", () => one([105, 146], 0), { bubblewrap: UNKNOWN }),
  native("shared-memory-segment", () => one([29, 194], 0, 4096, 0o1600)),
  ...(process.arch === "x64" ? [native("other-calling-convention", () => one([X32 + 39, 0]))] : []),
];
