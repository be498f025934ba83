import { EXIT, type ExitCode } from "./exit-code.ts";

/** What a command found, for programs and for people. */
export interface Outcome {
  readonly data: object;
  readonly text: string;
  readonly exitCode: ExitCode;
}

export function outcome(data: object, text: string, exitCode: ExitCode = EXIT.ok): Outcome {
  return { data, text, exitCode };
}

/** JSON in which numbers beyond 2^53 are decimal text. */
export function jsonText(data: object): string {
  return JSON.stringify(data, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}
