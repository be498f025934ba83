import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory, testChain } from "../chain.testing.ts";
import { ChainError } from "../error.ts";
import { Journal } from "../journal/journal.ts";
import { anvilStarter } from "./anvil.ts";
import { locateAnvil } from "./anvil-binary.ts";

test("the engine is named with what there is of it for this platform", () => {
  expect(locateAnvil().version).toMatch(/^\d+\.\d+\.\d+/);
  expect(() => locateAnvil("plan9-mips")).toThrow(
    expect.objectContaining({
      failure: {
        code: "PLATFORM_UNSUPPORTED",
        platform: "plan9-mips",
        packages: expect.stringContaining("linux-x64"),
      },
    }),
  );
  const absent = (name: string): never => {
    throw Object.assign(new Error(`no ${name}`), { code: "MODULE_NOT_FOUND" });
  };
  const packageName = "@foundry-rs/anvil-darwin-arm64";
  expect(() => locateAnvil("darwin-arm64", absent)).toThrow(
    new ChainError({ code: "ENGINE_MISSING", packageName }),
  );
});

test("an engine that does not come up is told by its last words", { timeout: 30_000 }, async () => {
  const starter = anvilStarter(join(await temporaryDirectory(), "anvil"));
  const starting = starter.start({ chainId: -1, timestampSec: 0, accounts: [] });
  await expect(starting).rejects.toMatchObject({
    failure: { code: "ENGINE_DID_NOT_START", reason: expect.stringContaining("ended with 2") },
  });
});

async function journalOf(version: number) {
  const directory = await temporaryDirectory();
  const path = join(directory, "journal");
  const { name: engine, rules } = anvilStarter(join(directory, "anvil"));
  const header = { version, chainId: 31337, genesisTimestampSec: 1_000, engine, rules };
  await Journal.create(path, { ...header, accounts: [] });
  const journal = await Journal.open(path);
  if (journal === undefined) throw new Error("no journal");
  onTestFinished(() => journal.close().catch(() => undefined));
  return { directory, journal };
}

test("a journal of another format is refused by its number", async () => {
  const { directory, journal } = await journalOf(2);
  await journal.close();
  await expect(testChain({ directory })).rejects.toMatchObject({
    failure: { code: "FORMAT_UNKNOWN", version: 2 },
  });
});

test("a block that comes out otherwise than the journal says ends the replay", async () => {
  const { directory, journal } = await journalOf(1);
  const hash = Buffer.alloc(32, 7);
  await journal.appendGroup({ kind: "group", number: 1, timestampSec: 1_001, transactions: [] });
  await journal.appendSeal({ kind: "seal", number: 1, hash, excluded: [] });
  await journal.close();
  await expect(testChain({ directory })).rejects.toMatchObject({
    failure: {
      code: "REPLAY_DIVERGED",
      block: 1,
      expected: `0x${"07".repeat(32)}`,
      actual: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    },
  });
});
