/** A terminal, such as `process.stderr`: nothing is shown on one whose `isTTY` is not true. */
export interface TerminalStream {
  readonly isTTY?: boolean | undefined;
  /** How wide it is, in characters. Default: 80. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Shows how far a training run is. */
export interface ProgressBar {
  /** After a step of so many rows. */
  after(step: number, rows: number, loss: Promise<number>): void;
  /** Has somebody write lines above it. */
  above(write: () => void): void;
  /** Leaves what it shows as it is now. */
  end(): Promise<void>;
}
