import type { EngineStarter } from "./engine/engine.ts";
import { ChainError } from "./error.ts";
import { Journal } from "./journal/journal.ts";
import type { ChainHeader, GenesisAccount } from "./journal/record.ts";

const formatVersion = 1;

/** What a caller wants of the chain; left out, it is what the journal says, or a default. */
export interface ChainWishes {
  readonly chainId?: number;
  readonly genesisTimestampSec?: number;
  readonly accounts?: readonly GenesisAccount[];
}

/** Opens the journal, making it first if there is none. Throws ChainError when they differ. */
export async function openChainJournal(
  path: string,
  wishes: ChainWishes,
  starter: Pick<EngineStarter, "name" | "rules">,
  nowMs: number,
  marked: ReadonlySet<number> = new Set(),
): Promise<Journal> {
  const existing = await Journal.open(path, marked);
  if (existing !== undefined) {
    try {
      checkHeader(existing.header, wishes, starter);
    } catch (error) {
      await existing.close();
      throw error;
    }
    return existing;
  }
  await Journal.create(path, {
    version: formatVersion,
    chainId: wishes.chainId ?? 31337,
    genesisTimestampSec: wishes.genesisTimestampSec ?? Math.floor(nowMs / 1000),
    engine: starter.name,
    rules: starter.rules,
    accounts: sorted(wishes.accounts ?? []),
  });
  return openChainJournal(path, wishes, starter, nowMs);
}

function checkHeader(
  header: ChainHeader,
  wishes: ChainWishes,
  starter: Pick<EngineStarter, "name" | "rules">,
): void {
  if (header.version !== formatVersion) {
    throw new ChainError({ code: "FORMAT_UNKNOWN", version: header.version });
  }
  const made = [header.engine, ...header.rules].join(" ");
  const installed = [starter.name, ...starter.rules].join(" ");
  if (made !== installed)
    throw new ChainError({ code: "ENGINE_DIFFERS", journal: made, installed });
  const accounts = wishes.accounts === undefined ? undefined : sorted(wishes.accounts);
  checkOption("chain id", header.chainId, wishes.chainId);
  checkOption("genesis time", header.genesisTimestampSec, wishes.genesisTimestampSec);
  checkOption("accounts", JSON.stringify(header.accounts), accounts && JSON.stringify(accounts));
}

function checkOption<T extends string | number>(option: string, made: T, asked?: T): void {
  if (asked !== undefined && asked !== made) {
    const failure = { option, journal: String(made), asked: String(asked) };
    throw new ChainError({ code: "OPTION_DIFFERS", ...failure });
  }
}

function sorted(accounts: readonly GenesisAccount[]): GenesisAccount[] {
  return accounts
    .map(({ address, balance, code }) => ({
      address: address.toLowerCase(),
      balance,
      ...(code !== undefined && { code }),
    }))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}
