import { MAX_JSON_DEPTH } from "./canonical-json.ts";
import { EncodingError } from "./encoding-error.ts";
import type { Json } from "./json.ts";

/**
 * Reads JSON from outside without floating point: an integer of at most 53 bits is a number; a larger
 * one, and one with a fraction or an exponent, is its own text. Lone surrogates and deep nesting are refused.
 *
 * @throws EncodingError
 */
export function parseExactJson(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

const MAX_DEPTH: number = MAX_JSON_DEPTH / 2;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
// Up to the closing quote, or an escape, or what may not stand in a string.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters end a run.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const LONE_SURROGATE = /\p{Surrogate}/u;
const ESCAPES: { readonly [letter: string]: string } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    this.#skip(SPACE);
    const value = this.#bare(depth);
    this.#skip(SPACE);
    return value;
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#unexpected();
  }

  #bare(depth: number): Json {
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): Json {
    this.#open(depth);
    const entries: [string, Json][] = [];
    this.#skip(SPACE);
    if (this.#take("}")) return {};
    do {
      this.#skip(SPACE);
      const key = this.#string();
      this.#skip(SPACE);
      this.#expect(":");
      entries.push([key, this.value(depth + 1)]);
    } while (this.#take(","));
    this.#expect("}");
    return Object.fromEntries(entries);
  }

  #array(depth: number): Json {
    this.#open(depth);
    const values: Json[] = [];
    this.#skip(SPACE);
    if (this.#take("]")) return values;
    do values.push(this.value(depth + 1));
    while (this.#take(","));
    this.#expect("]");
    return values;
  }

  #open(depth: number): void {
    if (depth >= MAX_DEPTH) throw new EncodingError({ code: "TOO_DEEP", limit: MAX_DEPTH });
    this.#at += 1;
  }

  #string(): string {
    this.#expect('"');
    let value = this.#skip(PLAIN);
    while (!this.#take('"')) {
      this.#expect("\\");
      value += this.#escape() + this.#skip(PLAIN);
    }
    if (LONE_SURROGATE.test(value)) throw new EncodingError({ code: "LONE_SURROGATE" });
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at] ?? "";
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (plain !== undefined) {
      this.#at += 1;
      return plain;
    }
    const digits = this.#text.slice(this.#at + 1, this.#at + 5);
    if (letter !== "u" || !/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#unexpected();
    this.#at += 5;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #number(): Json {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text);
    if (found === null) throw this.#unexpected();
    const [text, fraction, exponent] = found;
    this.#at += text.length;
    if (fraction !== undefined || exponent !== undefined) return text;
    const value = Number(text);
    if (!Number.isSafeInteger(value)) return text;
    return value === 0 ? 0 : value;
  }

  #word(word: string, value: Json): Json {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += text.length;
    return text;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw this.#unexpected();
  }

  #unexpected(): EncodingError {
    const found = this.#text[this.#at] ?? "the end";
    return new EncodingError({ code: "BAD_JSON", offset: this.#at, found });
  }
}
