import type { Batch, GoldenExport, LabelValues } from '@tfjs-heads/conformance-kit';
import { type Reducing, type ReferenceBatch, type Scaled, sizeOf, ULPS, type Values } from '@tfjs-heads/reference';
import type { Options, Predicted } from './describe.js';

/** What stands under each serving key, of a head with these predictions. */
export function classExports(
  keys: readonly string[],
  classes: string,
  more: Readonly<Record<string, GoldenExport>> = {},
): Readonly<Record<string, GoldenExport>> {
  const classification: GoldenExport = { kind: 'classification', outputs: { scores: 'probabilities', classes } };
  return {
    serving_default: classification,
    classification,
    ...more,
    predict: { kind: 'predict', outputs: Object.fromEntries(keys.map((key) => [key, key])) },
  };
}

/** How the loss of a batch is reduced. */
export function reductionOf(options: Options): Reducing {
  return (options['lossReduction'] as Reducing | undefined) ?? 'sum_over_batch_size';
}

/** A batch of one head with its labels as numbers: ids for words, an indicator of the classes for what is sparse. */
export function numbersOf({ logits, labels, weights }: Batch, options: Options): ReferenceBatch {
  const { shape, values } = logits as Values;
  const given = labels as LabelValues;
  const ids = idsOf(given, options);
  return {
    logits: values,
    labels: given.indices === undefined ? ids : indicatorOf(given, ids, shape.at(-1) as number),
    weights: weights?.values,
  };
}

/** The ids of words in the vocabulary of the head; other labels as they are. */
function idsOf({ values, vocabulary: words }: LabelValues, { labelVocabulary }: Options): readonly number[] {
  if (words === undefined) return values;
  return values.map((place) => idOf(words[place] as string, labelVocabulary as readonly string[] | undefined));
}

/** Which row an entry is of is all that its place says. */
function indicatorOf({ shape, indices = [] }: LabelValues, ids: readonly number[], k: number): readonly number[] {
  const rows = shape.slice(0, -1);
  const indicator = Array.from({ length: sizeOf(rows) * k }, () => 0);
  indices.forEach((place, i) => {
    const row = rows.reduce((at, size, axis) => at * size + (place[axis] as number), 0);
    indicator[row * k + (ids[i] as number)] = 1;
  });
  return indicator;
}

function idOf(word: string, vocabulary: readonly string[] | undefined): number {
  const id = vocabulary?.indexOf(word) ?? -1;
  if (id < 0) throw new Error(`The vocabulary has no ${word}.`);
  return id;
}

/** Predictions that are made of rows of logits. */
export class PredictionsOf {
  readonly #logits: Values;
  readonly #rows: readonly (readonly number[])[];

  constructor(logits: Batch['logits']) {
    this.#logits = logits as Values;
    const { shape, values } = this.#logits;
    const k = shape.at(-1) as number;
    this.#rows = Array.from({ length: values.length / k }, (_, row) => values.slice(row * k, (row + 1) * k));
  }

  logits(): Predicted {
    return this.floats((x) => x.map((value) => ({ value, scale: 0 })), ULPS.EXACT);
  }

  /** Some numbers for each row. */
  floats(make: (x: readonly number[]) => readonly Scaled[], k: number = ULPS.ELEMENT): Predicted {
    const made = this.#rows.map(make);
    return { shape: this.#shape(made), dtype: 'float32', values: made.flat(), k };
  }

  /** Some ids for each row. */
  ids(make: (x: readonly number[]) => readonly number[]): Predicted {
    const made = this.#rows.map(make);
    return { shape: this.#shape(made), dtype: 'int32', values: made.flat() };
  }

  /** The names of some ids, which are these as text where there is no vocabulary. */
  names(make: (x: readonly number[]) => readonly number[], { labelVocabulary }: Options): Predicted {
    const vocabulary = labelVocabulary as readonly string[] | undefined;
    const made = this.#rows.map(make);
    const values = made.flat().map((id) => vocabulary?.[id] ?? String(id));
    return { shape: this.#shape(made), dtype: 'string', values };
  }

  #shape(made: readonly (readonly unknown[])[]): readonly number[] {
    return [...this.#logits.shape.slice(0, -1), made[0]?.length ?? 0];
  }
}

/** What a key has for a threshold: the original's `%g`, here of thresholds that have no exponent in it. */
export function thresholdsOf({ thresholds = [] }: Options): Readonly<Record<string, number>> {
  return Object.fromEntries(
    (thresholds as readonly number[]).map((threshold) => [String(Number(threshold.toPrecision(6))), threshold]),
  );
}

/** Float32 could count what is so near a threshold on its other side. */
export function refuseNearThresholds(probabilities: readonly number[], thresholds: readonly number[]): void {
  const edges = [...Array.from({ length: 198 }, (_, i) => (i + 1) / 199), ...thresholds];
  for (const probability of probabilities) {
    // The probability of a logit of 0 is 1/2 wherever it is computed, with no error to be on this side of it or that.
    const near = edges.find((edge) => Math.abs(edge - probability) < 1e-6 && !(edge === 0.5 && probability === 0.5));
    if (near !== undefined)
      throw new Error(`The probability ${probability} is too near the threshold ${near}: draw others.`);
  }
}

/** The place of the largest, the first of several. */
export function largestOf(x: readonly number[]): number {
  return x.indexOf(Math.max(...x));
}

/** The numbers from 0 on. */
export function idsUpTo(n: number): readonly number[] {
  return Array.from({ length: n }, (_, id) => id);
}
