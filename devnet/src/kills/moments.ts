import type { StoreReader } from "@deed/node/store";

/** What a node can be in the middle of. */
export const MOMENTS = [
  /** A claim is on its way. */
  "claim",
  /** A workflow runs. */
  "execute",
  /** A record is on its way. */
  "record",
  /** The oldest open beacon round has not this node's preimage yet, or what it posts for one is on its way. */
  "beacon",
  /** It judges what it was drawn for. */
  "judge",
  /** It has committed itself to a finding; the committee exchanges verdicts, or posts them. */
  "exchange",
  /** A dispute is voted upon. */
  "vote",
] as const;

export type Moment = (typeof MOMENTS)[number];

/** What a node's store says that it is in the middle of. Nothing: it watches. */
export function momentsOf(store: StoreReader, nodeNo: number): readonly Moment[] {
  return MOMENTS.filter((moment) => isIn(store, nodeNo, moment));
}

/** In this network a node has its operator's number. */
export function isIn({ read }: StoreReader, nodeNo: number, moment: Moment): boolean {
  return IS_IN[moment](read, nodeNo);
}

const ON_ITS_WAY = "state IN ('queued', 'signed') AND kind = :kind";

const IS_IN: {
  readonly [moment in Moment]: (read: StoreReader["read"], nodeNo: number) => boolean;
} = {
  claim: ({ executions }) => executions.count("state = 'claiming'") > 0,
  execute: ({ runs }) => runs.count("state = 'running'") > 0,
  record: ({ transactions }) => transactions.count(ON_ITS_WAY, { kind: "record" }) > 0,
  beacon: ({ rounds, preimages, transactions }, operatorNo) =>
    transactions.count(ON_ITS_WAY, { kind: "reveal" }) > 0 ||
    rounds
      .open()
      .slice(0, 1)
      .some(({ round }) => preimages.get({ round, operatorNo }) === null),
  judge: ({ duties }) => duties.count("state IN ('drawn', 'judged')") > 0,
  exchange: ({ duties }) => duties.count("state IN ('committed', 'revealed')") > 0,
  vote: ({ disputes }) => disputes.open().length > 0,
};
