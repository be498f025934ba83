import type { ReadStream } from "node:tty";
import picocolors from "picocolors";

/** Where a command speaks: data to standard output, everything else to standard error. */
export interface Terminal {
  /** JSON instead of text. */
  readonly isJson: boolean;
  /** A person is there who can be asked. */
  readonly isInteractive: boolean;
  readonly colors: Colors;
  print(text: string): void;
  say(text: string): void;
  /** Shows what takes time; the function ends it. */
  busy(what: string): (next?: string) => void;
}

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface TerminalOptions {
  readonly isJson: boolean;
  readonly isColorless: boolean;
}

export interface Streams {
  readonly stdin: Pick<ReadStream, "isTTY">;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 80;

export function openTerminal(options: TerminalOptions, streams: Streams): Terminal {
  const { stdin, stdout, stderr, environment } = streams;
  const isPlain = options.isColorless || Boolean(environment["NO_COLOR"]);
  const isTalking = stderr.isTTY === true && !options.isJson;
  return {
    isJson: options.isJson,
    isInteractive: stdin.isTTY === true && stderr.isTTY === true && !options.isJson,
    colors: picocolors.createColors(!isPlain && stdout.isTTY === true),
    print: (text) => void stdout.write(`${text}\n`),
    say: (text) => void stderr.write(`${text}\n`),
    busy: isTalking && !isPlain ? spinner(stderr) : plainLines(stderr, options.isJson),
  };
}

function spinner(stderr: NodeJS.WriteStream): Terminal["busy"] {
  return (what) => {
    let text = what;
    let frame = 0;
    const draw = (): void => {
      stderr.write(`\r\u001b[2K${FRAMES[frame % FRAMES.length]} ${text}`);
      frame += 1;
    };
    draw();
    const timer = setInterval(draw, FRAME_MS);
    return (next) => {
      if (next !== undefined) {
        text = next;
        return;
      }
      clearInterval(timer);
      stderr.write("\r\u001b[2K");
    };
  };
}

function plainLines(stderr: NodeJS.WriteStream, isQuiet: boolean): Terminal["busy"] {
  const say = (text: string): void => {
    if (!isQuiet) stderr.write(`${text} …\n`);
  };
  return (what) => {
    say(what);
    return (next) => {
      if (next !== undefined) say(next);
    };
  };
}
