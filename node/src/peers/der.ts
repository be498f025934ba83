// As much of DER as it takes to find one extension of a certificate (RFC 5280, 4.1).

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** Position behind the element. */
  readonly end: number;
}

const SEQUENCE = 0x30;
const BOOLEAN = 0x01;
const EXTENSIONS = 0xa3;

export interface CertificateExtension {
  readonly isCritical: boolean;
  readonly value: Buffer;
}

/** All extensions with the given object identifier (its content bytes). Empty for what is no certificate. */
export function extensionsOf(certificate: Buffer, oid: Buffer): readonly CertificateExtension[] {
  const [tbs] = children(element(certificate, 0)?.content);
  const wrapper = children(tbs?.content).find(({ tag }) => tag === EXTENSIONS);
  const [list] = children(wrapper?.content);
  return children(list?.content).flatMap((extension) => {
    const [id, ...rest] = children(extension.content);
    if (id === undefined || !id.content.equals(oid)) return [];
    const value = rest.at(-1)?.content ?? Buffer.alloc(0);
    const isCritical = rest.length === 2 && rest[0]?.tag === BOOLEAN && rest[0].content[0] === 0xff;
    return [{ isCritical, value }];
  });
}

/** One element with short or two-byte length, which is enough for what we build. */
export function derElement(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const header = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

export function derSequence(...contents: readonly Buffer[]): Buffer {
  return derElement(SEQUENCE, ...contents);
}

function children(content: Buffer | undefined): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; content !== undefined && at < content.length; ) {
    const next = element(content, at);
    if (next === null) return [];
    found.push(next);
    at = next.end;
  }
  return found;
}

function element(bytes: Buffer, at: number): Element | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return null;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 3 || at + 2 + lengthBytes > bytes.length) return null;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  const end = start + length;
  return end > bytes.length ? null : { tag, content: bytes.subarray(start, end), end };
}
