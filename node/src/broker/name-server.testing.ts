import { createSocket } from "node:dgram";
import { once } from "node:events";

/** What the server says of a name: addresses, or another name. */
export interface NameAnswer {
  readonly a?: string;
  readonly aaaa?: string;
  readonly cname?: string;
  /** Of another name than the one in question, as behind an alias. */
  readonly owner?: string;
}

/** A name server on loopback, for tests. */
export interface TestNameServer {
  readonly place: string;
  /** Names that were asked for, with `4` or `6`. */
  readonly questions: readonly string[];
  close(): Promise<void>;
}

const [A, CNAME, AAAA] = [1, 5, 28];

/** Answers questions over UDP (RFC 1035). `answersOf` gives the records of a name, anew for each question. */
export async function startNameServer(
  answersOf: (name: string, question: number) => readonly NameAnswer[],
): Promise<TestNameServer> {
  const socket = createSocket("udp4");
  const questions: string[] = [];
  socket.on("message", (message, from) => {
    const { name, end } = readName(message, 12);
    const type = message.readUInt16BE(end);
    questions.push(`${name} ${type === A ? 4 : 6}`);
    const records = answersOf(name, questions.length).flatMap((answer) => recordsOf(answer, type));
    const header = Buffer.alloc(12);
    message.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8580, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    const question = message.subarray(12, end + 4);
    socket.send(Buffer.concat([header, question, ...records]), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    place: `127.0.0.1:${socket.address().port}`,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function recordsOf({ a, aaaa, cname, owner }: NameAnswer, type: number): readonly Buffer[] {
  const own = [
    ...(cname === undefined ? [] : [record(CNAME!, nameBytes(cname), owner)]),
    ...(a !== undefined && type === A
      ? [record(A!, Buffer.from(a.split(".").map(Number)), owner)]
      : []),
    ...(aaaa !== undefined && type === AAAA ? [record(AAAA!, wordsOf(aaaa), owner)] : []),
  ];
  return own;
}

// A pointer to the question's own name, unless it is another one's. To be forgotten at once: its time to live is 0.
function record(type: number, data: Buffer, owner?: string): Buffer {
  const name = owner === undefined ? Buffer.from([0xc0, 0x0c]) : nameBytes(owner);
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([name, head, data]);
}

function nameBytes(name: string): Buffer {
  const labels = name
    .split(".")
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

/** An IPv6 address in full form: eight groups. */
function wordsOf(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  for (const [index, group] of address.split(":").entries()) {
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  }
  return bytes;
}

function readName(message: Buffer, from: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = from;
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join("."), end: at + 1 };
}
