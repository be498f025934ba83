/** Windows and money of a network (Registry.Parameters). */
export interface LedgerParameters {
  readonly deltaSec: number;
  readonly leaseMarginSec: number;
  readonly claimWindowSec: number;
  readonly beaconWindowSec: number;
  readonly verdictWindowSec: number;
  readonly responseSec: number;
  readonly voteCommitSec: number;
  readonly voteRevealSec: number;
  readonly slashDelaySec: number;
  readonly generationSec: number;
  readonly unbondingSec: number;
  readonly confirmations: number;
  readonly minBondWei: bigint;
}

/** Seconds instead of hours, for networks that live on one machine. */
export const DEVNET_PARAMETERS: LedgerParameters = {
  deltaSec: 2,
  leaseMarginSec: 10,
  claimWindowSec: 3600,
  beaconWindowSec: 20,
  verdictWindowSec: 20,
  responseSec: 10,
  voteCommitSec: 10,
  voteRevealSec: 10,
  slashDelaySec: 0,
  generationSec: 600,
  unbondingSec: 14 * 24 * 3600,
  confirmations: 0,
  minBondWei: 10n ** 18n,
};

/** Windows that outlast an honest restart and short censorship. */
export const PRODUCTION_PARAMETERS: LedgerParameters = {
  deltaSec: 15,
  leaseMarginSec: 120,
  claimWindowSec: 3600,
  beaconWindowSec: 600,
  verdictWindowSec: 3600,
  responseSec: 6 * 3600,
  voteCommitSec: 12 * 3600,
  voteRevealSec: 6 * 3600,
  slashDelaySec: 72 * 3600,
  generationSec: 3600,
  unbondingSec: 14 * 24 * 3600,
  confirmations: 12,
  minBondWei: 10n * 10n ** 18n,
};
