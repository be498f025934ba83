import { ConfigError } from "./config-error.ts";

/** Reads one object of a configuration field by field; what nobody read is a spelling mistake. */
export class ConfigFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #read = new Set<string>();

  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw wrongType(path === "" ? "(root)" : path, "an object");
    }
    this.#fields = value as Readonly<Record<string, unknown>>;
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#take(name) !== undefined;
  }

  raw(name: string, expected: string): unknown {
    const value = this.#take(name);
    if (value === undefined) throw this.#missing(name, expected);
    return value;
  }

  text(name: string, expected: string, fallback?: string): string {
    const value = this.#take(name) ?? fallback;
    if (value === undefined) throw this.#missing(name, expected);
    if (typeof value !== "string" || value === "") throw wrongType(this.#name(name), expected);
    return value;
  }

  choice<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
    const value = this.#take(name) ?? fallback;
    const found = words.find((word) => word === value);
    if (found === undefined) throw wrongType(this.#name(name), `one of ${words.join(", ")}`);
    return found;
  }

  count(name: string, least: number, fallback?: number): number {
    const expected = `a whole number from ${least} on`;
    const value = this.#take(name) ?? fallback;
    if (value === undefined) throw this.#missing(name, expected);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) {
      throw wrongType(this.#name(name), expected);
    }
    return value;
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#take(name) ?? fallback;
    if (typeof value !== "boolean") throw wrongType(this.#name(name), "true or false");
    return value;
  }

  texts(name: string, expected: string): readonly string[] {
    const value = this.#take(name) ?? [];
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === "string")) {
      throw wrongType(this.#name(name), expected);
    }
    return value as readonly string[];
  }

  /** Null when the section is left out or null. */
  section<Section>(name: string, parse: (fields: ConfigFields) => Section): Section | null {
    const value = this.#take(name);
    if (value === undefined || value === null) return null;
    const fields = new ConfigFields(value, this.#name(name));
    const section = parse(fields);
    fields.end();
    return section;
  }

  entries(name: string): readonly (readonly [string, unknown])[] {
    const value = this.#take(name) ?? {};
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw wrongType(this.#name(name), "an object");
    }
    return Object.entries(value);
  }

  /** Refuses fields that nobody asked for. */
  end(): void {
    for (const name of Object.keys(this.#fields)) {
      if (this.#read.has(name)) continue;
      throw new ConfigError({ code: "CONFIG_UNKNOWN_FIELD", field: this.#name(name) });
    }
  }

  #take(name: string): unknown {
    this.#read.add(name);
    return this.#fields[name];
  }

  #missing(name: string, expected: string): ConfigError {
    return new ConfigError({ code: "CONFIG_MISSING", field: this.#name(name), expected });
  }

  #name(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}

export function wrongType(field: string, expected: string): ConfigError {
  return new ConfigError({ code: "CONFIG_WRONG_TYPE", field, expected });
}
