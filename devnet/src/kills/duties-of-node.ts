import type { StoreReader } from "@deed/node/store";

/** What a node was about when it was killed. */
export const DUTIES = ["claim", "execute", "record", "beacon", "verify", "dispute"] as const;

export type Duty = (typeof DUTIES)[number];

/** What a node's store says it is about. Nothing: it watches. */
export function dutiesOfNode(store: StoreReader): readonly Duty[] {
  return DUTIES.filter((duty) => isAbout(store, duty));
}

export function isAbout({ read }: StoreReader, duty: Duty): boolean {
  return IS_ABOUT[duty](read);
}

const ON_ITS_WAY = "state IN ('queued', 'signed') AND kind = :kind";

const IS_ABOUT: { readonly [duty in Duty]: (read: StoreReader["read"]) => boolean } = {
  claim: ({ executions }) => executions.count("state = 'claiming'") > 0,
  execute: ({ runs }) => runs.count("state = 'running'") > 0,
  record: ({ transactions }) => transactions.count(ON_ITS_WAY, { kind: "record" }) > 0,
  beacon: ({ rounds }) => rounds.count("seed IS NULL AND open_block IS NOT NULL") > 0,
  verify: ({ duties }) => duties.count("state != 'ended'") > 0,
  dispute: ({ disputes }) => disputes.open().length > 0,
};
