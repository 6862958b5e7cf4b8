// What is asked for on the command line. It loads nothing: a thread that cuts the input for others needs no metrics.

/** The formats of rows. */
export const FORMATS = ['arrow', 'tsv', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** The options of the command line that `evaluate` and `predict` share. */
export interface InputOptions {
  readonly module?: string;
  readonly format: Format;
  readonly columns?: readonly string[];
  readonly batchSize: number;
  readonly maxLine: number;
  readonly maxMessage: number;
  readonly workers?: number;
  readonly quiet?: boolean;
}

/** The options of `evaluate`. */
export interface EvaluateCommandOptions extends InputOptions {
  readonly state?: boolean;
  readonly partition?: string;
  readonly by?: string;
  readonly slices: number;
}

/** The options of `predict`. */
export interface PredictCommandOptions extends InputOptions {
  readonly keys?: readonly string[];
}

/** Which slices there are. */
export interface SliceOptions {
  readonly by: string;
  readonly limit: number;
}

/** How the input is cut. */
export interface CutOptions {
  readonly format: Format;
  /** The names of the columns of `tsv` that has no first line with them. */
  readonly header: readonly string[] | undefined;
  /** How many bytes a line may have. */
  readonly longestLine: number;
  /** How many bytes a message of Arrow may have. */
  readonly largestMessage: number;
}

/** How the input is to be cut. */
export function cutOptions({ format, columns, maxLine, maxMessage }: InputOptions): CutOptions {
  return { format, header: columns, longestLine: maxLine, largestMessage: maxMessage };
}

/** Which slices are asked for. */
export function slicesOf({ by, slices }: EvaluateCommandOptions): SliceOptions | undefined {
  return by === undefined ? undefined : { by, limit: slices };
}

/** How long the id of a partition may be. */
export const LONGEST_ID = 200;

/** Whether something may be the id of a partition. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_ID;
}
