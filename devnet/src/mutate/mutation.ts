import type { ExportedRun } from "@deed/protocol/bundle";
import { canonicalJson, EncodingError, type Json } from "@deed/protocol/encoding";
import { EVENT_SIGNATURES, eventTopic, type LedgerEventName } from "@deed/protocol/verify";
import { changeValue } from "./change-value.ts";
import { type Path, placesOf, valueAt, withValue } from "./places.ts";
import type { Random } from "./random.ts";
import { rewrite } from "./rewrite.ts";

/** A run as it was exported, and where everything in it stands. */
export interface Original {
  readonly name: string;
  readonly run: Json;
  readonly text: string;
  readonly places: ReadonlyMap<string, readonly Path[]>;
  /** The names of the fields, by the part of the file that they belong to. */
  readonly sections: readonly (readonly string[])[];
  /** Where the file's events stand, by their names. */
  readonly events: readonly (readonly EventPlace[])[];
  /** Of each execution's bundle, parsed. */
  readonly bundles: readonly { readonly bundle: Json; readonly places: Original["places"] }[];
}

interface EventPlace {
  readonly name: string;
  /** Of the receipt. */
  readonly path: Path;
  /** Where in its hexadecimal text the event's first topic begins. */
  readonly place: number;
}

/** A file that was changed once. */
export interface Mutation {
  readonly kind: MutationKind;
  /** What was changed, by the names of the format. */
  readonly field: string;
  readonly how: string;
  readonly text: string;
}

/** What there is, and how often each of them comes. */
export const MUTATION_KINDS = {
  /** A field of the file. */
  field: 40,
  /** A field inside a bundle, which is written anew in its canonical form. */
  bundle: 12,
  /** A bit of an event inside a receipt. */
  event: 25,
  /** A bit of the file's bytes. */
  bit: 18,
  /** The same said otherwise. */
  form: 5,
} as const;

export type MutationKind = keyof typeof MUTATION_KINDS;

export function originalOf(name: string, exported: ExportedRun): Original {
  const text = JSON.stringify(exported);
  const run = JSON.parse(text) as Json;
  const bundles = exported.executions.map(({ bundle }) => {
    const parsed = JSON.parse(bundle ?? "{}") as Json;
    return { bundle: parsed, places: placesOf(parsed) };
  });
  const places = placesOf(run);
  const sections = new Map<string, string[]>();
  for (const field of places.keys()) {
    const section = sectionOf(field);
    sections.set(section, [...(sections.get(section) ?? []), field]);
  }
  return {
    name,
    run,
    text,
    places,
    sections: [...sections.values()],
    events: eventsOf(run, places),
    bundles,
  };
}

/** Part of the file that a field belongs to. */
function sectionOf(field: string): string {
  return /^[a-z]+/i.exec(field)?.[0] ?? "";
}

function eventsOf(run: Json, places: Original["places"]): EventPlace[][] {
  const names = Object.keys(EVENT_SIGNATURES) as LedgerEventName[];
  const found = names.map((name) => {
    const topic = eventTopic(name).slice(2);
    return (places.get("receipts[].receipt") ?? []).flatMap((path) => {
      const place = (valueAt(run, path) as string).indexOf(topic);
      return place < 0 ? [] : [{ name, path, place }];
    });
  });
  return found.filter((events) => events.length > 0);
}

const WEIGHTED = Object.entries(MUTATION_KINDS).flatMap(([kind, weight]) =>
  Array<MutationKind>(weight).fill(kind as MutationKind),
);

/**
 * Changes a run once; the file is never what it was.
 * @param parts.number Of the mutation: fields take turns. @param parts.others Runs to take values from.
 */
export function mutate(original: Original, parts: MutationParts): Mutation {
  for (;;) {
    const mutation = changed(original, parts);
    if (mutation.text !== original.text) return mutation;
  }
}

function changed(original: Original, parts: MutationParts): Mutation {
  const { random } = parts;
  const kind = random.pick(WEIGHTED);
  switch (kind) {
    case "field":
      return { kind, ...fieldOf(original, parts) };
    case "bundle":
      return { kind, ...bundleOf(original, random) };
    case "event":
      return { kind, ...eventOf(original, random) };
    case "bit":
      return { kind, ...bitOf(original, random) };
    case "form":
      return { kind, ...rewrite(original.run, random) };
  }
}

export interface MutationParts {
  readonly number: number;
  readonly others: readonly Original[];
  readonly random: Random;
}

type Changed = Omit<Mutation, "kind">;

function fieldOf(original: Original, { number, others, random }: MutationParts): Changed {
  // Parts take turns, and in each of them its fields: plans have more of them than all others.
  const { sections } = original;
  const section = sections[number % sections.length]!;
  const field = section[Math.floor(number / sections.length) % section.length]!;
  const path = random.pick(original.places.get(field)!);
  const values = others.flatMap(({ run, places }) =>
    (places.get(field) ?? []).slice(0, 8).map((place) => valueAt(run, place)),
  );
  const { how, value } = changeValue(valueAt(original.run, path), values, random);
  return { field, how, text: JSON.stringify(withValue(original.run, path, value)) };
}

function bundleOf(original: Original, random: Random): Changed {
  const index = random.below(original.bundles.length);
  const { bundle, places } = original.bundles[index]!;
  const name = random.pick([...places.keys()]);
  const path = random.pick(places.get(name)!);
  const values = places.get(name)!.map((place) => valueAt(bundle, place));
  const { how, value } = changeValue(valueAt(bundle, path), values, random);
  const text = canonical(withValue(bundle, path, value));
  const run = withValue(original.run, ["executions", index, "bundle"], text);
  return { field: `bundle.${name}`, how, text: JSON.stringify(run) };
}

function canonical(bundle: Json): string {
  try {
    return canonicalJson(bundle);
  } catch (error) {
    if (error instanceof EncodingError) return JSON.stringify(bundle);
    throw error;
  }
}

// Kinds of events take turns, not receipts: there are many more of some than of others.
function eventOf(original: Original, random: Random): Changed {
  const { name, path, place: first } = random.pick(random.pick(original.events));
  const receipt = valueAt(original.run, path) as string;
  const place = first + random.below(receipt.length - first);
  const digit = Number.parseInt(receipt[place]!, 16) ^ (1 << random.below(4));
  const value = receipt.slice(0, place) + digit.toString(16) + receipt.slice(place + 1);
  const text = JSON.stringify(withValue(original.run, path, value));
  return { field: `event ${name}`, how: "one bit", text };
}

function bitOf(original: Original, random: Random): Changed {
  const bytes = Buffer.from(original.text);
  const place = random.below(bytes.length);
  bytes[place] = bytes[place]! ^ (1 << random.below(8));
  // As whoever reads the file does: what is no UTF-8 becomes U+FFFD.
  return { field: "the file", how: "one bit", text: new TextDecoder().decode(bytes) };
}
