/** What `native/zygote` exports to JavaScript. */
export interface ZygoteAddon {
  /** Becomes the lone thread of a fork server in an empty place; ends the process where it cannot. */
  enter(options: EnterOptions): void;
  /** Starts runs as the node asks. Returns only in a run, inside its container. */
  serve(): void;
  /** The next frame for this run; undefined when none comes any more. */
  receive(): string | undefined;
  /** Says a frame. */
  send(text: string): void;
  /** Ends this run. */
  exit(code: number): never;
}

/** Of the numbers, 1 is yes. */
export interface EnterOptions {
  readonly nodeFd: number;
  readonly nodePid: number;
  readonly uid: number;
  readonly ownNetwork: 0 | 1;
  readonly jitless: 0 | 1;
  readonly runs: number;
  readonly queueBytes: number;
  /** Of each of the runs at once the files by which it joins its control groups; none, or all alike many. */
  readonly groupFiles: readonly string[];
}
