/** What the samples are filled in with. */
export interface SamplePlaces {
  readonly chainId: number;
  readonly tokenAddress: string;
  readonly counterAddress: string;
  /** An HTTP server that answers with what it gets. */
  readonly echoUrl: string;
  /** RFC 3339, UTC. */
  readonly expires: string;
}

/** A sample workflow: its file's name and its text. */
export interface Sample {
  readonly fileName: string;
  yaml(places: SamplePlaces): string;
}
