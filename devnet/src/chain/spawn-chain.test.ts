import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { rpcOf, temporaryDirectory } from "./chain.testing.ts";
import { spawnChain } from "./spawn-chain.ts";

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000, interval: 5 });
}

test("a spawned chain tells where it is and closes when told", { timeout: 30_000 }, async () => {
  const directory = await temporaryDirectory();
  const chain = await spawnChain({ directory, chainId: 4242 });
  onTestFinished(() => chain.close());
  expect(await rpcOf(chain.rpcUrl)("eth_chainId")).toBe("0x1092");
  await chain.close();
  expect(await chain.exited).toBe(0);
  await untilGone(chain.enginePid);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends the process in good order",
  { timeout: 30_000 },
  async (signal) => {
    const chain = await spawnChain({ directory: await temporaryDirectory() });
    onTestFinished(() => chain.close());
    process.kill(chain.pid, signal);
    expect(await chain.exited).toBe(0);
    await untilGone(chain.enginePid);
  },
);

test("a second process in the same directory is refused with the reason", {
  timeout: 30_000,
}, async () => {
  const directory = await temporaryDirectory();
  const chain = await spawnChain({ directory });
  onTestFinished(() => chain.close());
  await expect(spawnChain({ directory })).rejects.toMatchObject({
    failure: { code: "ALREADY_RUNNING", pid: chain.pid },
  });
});

test("one that ends for a reason without a code is told by its exit and its last words", {
  timeout: 30_000,
}, async () => {
  const chain = await spawnChain({ directory: await temporaryDirectory() });
  onTestFinished(() => chain.close());
  const second = spawnChain({ directory: await temporaryDirectory(), port: chain.port });
  await expect(second).rejects.toMatchObject({
    failure: { code: "CHILD_FAILED", exitCode: 1, output: expect.stringContaining("EADDRINUSE") },
  });
});

test("a spawned chain does not outlive a parent that is killed", { timeout: 30_000 }, async () => {
  const directory = await temporaryDirectory();
  const program = `
    import { spawnChain } from ${JSON.stringify(new URL("./spawn-chain.ts", import.meta.url).href)};
    const chain = await spawnChain({ directory: ${JSON.stringify(directory)} });
    console.log(JSON.stringify([chain.pid, chain.enginePid]));`;
  const tsx = import.meta.resolve("tsx");
  const parent = spawn(process.execPath, ["--import", tsx, "--input-type=module", "-e", program]);
  const [line] = await once(parent.stdout, "data");
  const [pid, enginePid] = JSON.parse(String(line)) as [number, number];
  expect(isRunning(pid)).toBe(true);
  parent.kill("SIGKILL");
  await untilGone(pid);
  await untilGone(enginePid);
});

test.runIf(process.platform === "linux")(
  "Ctrl-C, which reaches the whole process group, ends in good order as well",
  { timeout: 30_000 },
  async () => {
    const directory = await temporaryDirectory();
    const main = fileURLToPath(new URL("./main.ts", import.meta.url));
    const tsx = import.meta.resolve("tsx");
    const flags = ["--conditions=source", "--import", tsx, main, "--directory", directory];
    const child = spawn(process.execPath, flags, { detached: true });
    let logged = "";
    child.stderr.on("data", (text) => {
      logged += String(text);
    });
    await once(child.stdout, "data");
    process.kill(-(child.pid ?? 0), "SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(logged).not.toContain("Engine lost");
  },
);

test("a chain of another date has blocks of that date, and contracts from the first one on", {
  timeout: 30_000,
}, async () => {
  const contract = { address: `0x${"c0".repeat(20)}`, balance: "0", code: "0x60016000f3" };
  const directory = await temporaryDirectory();
  const options = { directory, clockShiftSec: -86_400, accounts: [contract] };
  const chain = await spawnChain(options);
  onTestFinished(() => chain.close());
  const rpc = rpcOf(chain.rpcUrl);
  const { timestamp } = (await rpc("eth_getBlockByNumber", ["latest", false])) as {
    timestamp: string;
  };
  expect(Math.abs(Date.now() / 1000 - 86_400 - Number(timestamp))).toBeLessThan(60);
  expect(await rpc("eth_getCode", [contract.address, "latest"])).toBe(contract.code);
  await chain.close();
  const other = { ...contract, code: "0x00" };
  await expect(spawnChain({ ...options, accounts: [other] })).rejects.toMatchObject({
    failure: { code: "OPTION_DIFFERS", option: "accounts" },
  });
});
