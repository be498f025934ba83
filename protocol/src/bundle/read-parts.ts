export type Fields = { readonly [name: string]: unknown };

/** What reading a file found: what is not there, and the first part that is not as it should be. */
export class Reading {
  readonly missing: string[] = [];
  malformed: string | null = null;

  lacks(path: string): undefined {
    this.missing.push(path);
  }

  refuses(path: string): undefined {
    this.malformed ??= path;
  }
}

/** Gives back a part, without those of its pieces that are not whole; undefined when it is not to be used. */
export type Shape = (value: unknown, path: string, reading: Reading) => unknown;

/** A part without pieces. */
export const part =
  (isRight: (value: unknown) => boolean): Shape =>
  (value, path, reading) => {
    if (value === undefined || value === null) return reading.lacks(path);
    return isRight(value) ? value : reading.refuses(path);
  };

/** A part that others can do without: null when it is not there. */
export const orNull =
  (shape: Shape, isLeftOut: (value: unknown) => boolean): Shape =>
  (value, path, reading) =>
    shape(isLeftOut(value) ? undefined : value, path, reading) ?? null;

/** Entries that are not whole are left away. */
export const listOf =
  (shape: Shape): Shape =>
  (value, path, reading) => {
    if (value === undefined || value === null) return reading.lacks(path);
    if (!Array.isArray(value)) return reading.refuses(path);
    const read = value.map((item, index) => shape(item, `${path}[${index}]`, reading));
    return read.filter((item) => item !== undefined);
  };

/** Of no use when one of its entries is not whole: their order says something. */
export const wholeListOf =
  (shape: Shape): Shape =>
  (value, path, reading) => {
    const read = listOf(shape)(value, path, reading) as readonly unknown[] | undefined;
    return Array.isArray(value) && read?.length === value.length ? read : undefined;
  };

/** Of no use when one of its pieces is not. */
export const partsOf =
  (shapes: { readonly [name: string]: Shape }): Shape =>
  (value, path, reading) => {
    if (value === undefined || value === null) return reading.lacks(path);
    if (!isFields(value)) return reading.refuses(path);
    const read = Object.entries(shapes).map(([name, shape]) => {
      const piece = shape(value[name], `${path}.${name}`, reading);
      return [name, piece] as const;
    });
    if (read.some(([, piece]) => piece === undefined)) return undefined;
    return { ...value, ...Object.fromEntries(read) };
  };

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
