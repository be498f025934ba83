import { rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { describeSandbox } from "../conformance-cases.testing.ts";
import { openTestSandbox } from "../open.testing.ts";
import { SandboxUnavailable } from "../sandbox-unavailable.ts";
import { hasCompiler, openZygoteSandbox, ZYGOTE_SANDBOX_DEFAULTS } from "./open-zygote.ts";
import { packServer, zygoteTools } from "./zygote.testing.ts";

const SERVERS = {
  runtime: new URL("./server/main.ts", import.meta.url),
  hostile: new URL("./hostile-server.testing.ts", import.meta.url),
};
const tools = await zygoteTools();
if (tools.kind === "ready") await rm(dirname(tools.hostilePath), { recursive: true });
const missing = tools.kind === "missing" ? tools.reason : null;

describe.skipIf(missing !== null)(`with a fork server (${missing ?? "there is one"})`, () => {
  describeSandbox({
    adapter: "zygote",
    level: "container",
    pack: (child) => packServer(SERVERS[child]),
    open: (packed) => openTestSandbox("zygote", packed),
    weaknesses: () => ({}),
    speaksRaw: false,
  });

  describe("that shares one empty network", () => {
    let packed: string;
    beforeAll(async () => {
      packed = await packServer(SERVERS.runtime);
      return () => rm(dirname(packed), { recursive: true });
    });

    test("says so in its level", async () => {
      const addonPath = `${dirname(packed)}/zygote.node`;
      const sandbox = await openZygoteSandbox({
        ...ZYGOTE_SANDBOX_DEFAULTS,
        ...{ addonPath, bundlePath: packed, ownNetwork: false },
      });
      expect(sandbox.level).toBe("container-shared");
      expect(sandbox.reason).toContain("one empty network for all");
      await sandbox.close();
    });
  });
});

describe("it cannot be opened", () => {
  const reasonOf = async (changes: object): Promise<unknown> => {
    const opened = openZygoteSandbox({ ...ZYGOTE_SANDBOX_DEFAULTS, ...changes });
    const error: unknown = await opened.catch((cause: unknown) => cause);
    return error instanceof SandboxUnavailable ? [error.reason, error.remedy] : error;
  };

  test("from sources, whose code is not joined", async () => {
    const reason = await reasonOf({ addonPath: "/nowhere/zygote.node" });
    expect(reason).toEqual([{ code: "NOT_BUNDLED" }, "npm run build"]);
  });

  test("where nothing was compiled, with the command that does it", () => {
    const found = new SandboxUnavailable({ code: "NOT_COMPILED", hasCompiler: true });
    expect(found.message).toBe("the fork server is not compiled");
    expect(found.remedy).toBe("npm run build --workspace @deed/zygote");
    const none = new SandboxUnavailable({ code: "NOT_COMPILED", hasCompiler: false });
    expect(none.message).toBe("the fork server is not compiled, and there is no C compiler");
    expect(none.remedy).toBe(`sudo apt-get install gcc libc6-dev && ${found.remedy}`);
  });

  test("where there is a compiler is known as the build would find it", () => {
    expect(hasCompiler({ CC: process.execPath })).toBe(true);
    expect(hasCompiler({ CC: "no-such-compiler", PATH: "/usr/bin:/bin" })).toBe(false);
    expect(hasCompiler({ PATH: "/nowhere" })).toBe(false);
    expect(hasCompiler({ PATH: dirname(process.execPath), CC: basename(process.execPath) })).toBe(
      true,
    );
  });

  test("where the server does not come up, with what it said", async () => {
    const changes = { addonPath: "/nowhere/zygote.node", bundlePath: "/nowhere/server.cjs" };
    const [reason] = (await reasonOf(changes)) as [{ code: string; detail: string }];
    expect(reason.code).toBe("SELF_TEST_FAILED");
    expect(reason.detail).toContain("Cannot find module");
  });
});
