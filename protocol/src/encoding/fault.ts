/** Faults by number (spec 07). Numbers are for bytes; people see names. */
export const FAULT_NUMBERS = {
  WrongTrigger: 1,
  WrongStep: 2,
  WrongEffect: 3,
  BrokenTranscript: 4,
  BundleMismatch: 5,
  ActionNotInPlan: 6,
  EffectAfterRevocation: 7,
  WrongHolder: 8,
  BrokenLeafChain: 9,
  WrongRuntime: 10,
  DataWithheld: 11,
  ClaimWithoutRecord: 12,
  MissingVerdict: 13,
  VerdictWithheld: 14,
  EquivocatedRecord: 15,
  EquivocatedVerdict: 16,
  VerdictContradicted: 17,
  MissingPreimage: 18,
  MissingVote: 19,
  ActedWithoutRecord: 20,
  NeedlessChallenge: 21,
  RepeatedSilence: 22,
} as const;

/** Faults 1 to 11 are of a record: seats report them and votes name them. */
export const LAST_FAULT_OF_RECORD = 11;

export type FaultName = keyof typeof FAULT_NUMBERS;

const names: ReadonlyMap<number, FaultName> = new Map(
  Object.entries(FAULT_NUMBERS).map(([name, number]) => [number, name as FaultName]),
);

/** The name of a number; null when no fault has it. */
export function faultName(number: number): FaultName | null {
  return names.get(number) ?? null;
}
