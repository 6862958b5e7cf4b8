/** What is written of a step. */
export interface Summary {
  readonly globalStep: number;
  /** Tag to value. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Tag to the numbers whose histogram is written. */
  readonly histograms?: Readonly<Record<string, ArrayLike<number>>>;
  /** Tag to text. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** Writes summaries where TensorBoard finds them. */
export interface SummaryWriter {
  /** They are in the file when this resolves. */
  write(summary: Summary): Promise<void>;
}
