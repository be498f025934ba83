/** One thing that a person should know, and what may be done about it; no remedy where none is needed. */
export interface Reason {
  readonly code: string;
  readonly text: string;
  readonly remedy: string | null;
}

export function reason(code: string, text: string, remedy: string | null = null): Reason {
  return { code, text, remedy };
}
