/** JSON without floating point surprises: integers up to 2^53, larger ones as decimal strings. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
