/** JSON without floating point surprises: integers up to 2^53, larger ones as decimal strings. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** `T` itself where JSON holds all of its values; a part that JSON cannot hold becomes `never`. */
export type JsonShaped<T> = T extends Json
  ? T
  : T extends (...given: never[]) => unknown
    ? never
    : T extends object
      ? { readonly [Name in keyof T]: JsonShaped<T[Name]> }
      : never;

/** The same value: an interface has no index signature, so that its type alone does not say that it is JSON. */
export function asJson<T>(value: T & JsonShaped<T>): Json {
  // The one place: what is not JSON does not compile at the caller's.
  return value as Json;
}
