import { binaryMetrics } from './binary.js';
import { type RowFormula, softmaxCrossEntropy, multiLabelCrossEntropy } from './cross-entropy.js';
import { sigmoidCrossEntropy } from './formulas.js';
import type { ReferenceBatch } from './reduce.js';
import { inFloat32, over, type Scaled, sumOf, times } from './scaled.js';

/** What a head of classes is asked for beside its plain metrics. */
export interface ClassMetricsOptions {
  /** What stands in a key to the threshold. */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** What stands in a key to the id of a class that has metrics of its own. */
  readonly classes?: Readonly<Record<string, number>>;
}

/** One logit with its label and the weight of its row. */
interface Entry {
  readonly logit: number;
  readonly label: number;
  readonly weight: number;
  /** Its place in the row. */
  readonly id: number;
}

/** The metrics of a `BinaryClassHead` over several batches, in order. */
export function binaryClassMetrics(
  batches: readonly ReferenceBatch[],
  { thresholds = {} }: ClassMetricsOptions = {},
): Record<string, Scaled> {
  const entries = entriesOf(batches, 1);
  const byId = binaryMetrics(entries.map((entry) => ({ ...entry, prediction: entry.logit > 0 ? 1 : 0 })));
  return {
    average_loss: mean(entries, ({ logit, label }) => sigmoidCrossEntropy.loss(logit, label)),
    ...counted(byId, ['accuracy', 'precision', 'recall']),
    'prediction/mean': mean(entries, ({ logit }) => sigmoidCrossEntropy.predict(logit)),
    'label/mean': mean(entries, ({ label }) => ({ value: label, scale: 0 })),
    ...counted(byId, ['accuracy_baseline']),
    ...curves(entries),
    ...atThresholds(entries, thresholds),
  };
}

/** The metrics of a `MultiClassHead` over several batches of rows of `k` logits. */
export function multiClassMetrics(batches: readonly ReferenceBatch[], k: number): Record<string, Scaled> {
  const rows = rowsIn(batches, k);
  const isHit = ({ x, z }: Row): boolean => x.indexOf(Math.max(...x)) === z[0];
  return {
    average_loss: meanLoss(softmaxCrossEntropy, rows),
    accuracy: mean(rows, (row) => ({ value: isHit(row) ? 1 : 0, scale: 1 })),
  };
}

/** The metrics of a `MultiLabelHead` over several batches of rows of `k` logits, in order. */
export function multiLabelMetrics(
  batches: readonly ReferenceBatch[],
  k: number,
  { thresholds = {}, classes = {} }: ClassMetricsOptions = {},
): Record<string, Scaled> {
  const entries = entriesOf(batches, k);
  const ofClasses = Object.entries(classes).map(([name, id]) => {
    const ofClass = entries.filter((entry) => entry.id === id);
    const probability = mean(ofClass, ({ logit }) => sigmoidCrossEntropy.predict(logit));
    return { [`probability_mean/${name}`]: probability, ...curves(ofClass, `/${name}`) };
  });
  return {
    average_loss: meanLoss(multiLabelCrossEntropy, rowsIn(batches, k)),
    ...curves(entries),
    ...atThresholds(entries, thresholds),
    ...(Object.assign({}, ...ofClasses) as Record<string, Scaled>),
  };
}

interface Row {
  readonly x: readonly number[];
  readonly z: readonly number[];
  readonly weight: number;
}

function rowsIn(batches: readonly ReferenceBatch[], k: number): readonly Row[] {
  return batches.flatMap(({ logits, labels, weights }) => {
    const count = logits.length / k;
    const part = (values: readonly number[], row: number): readonly number[] =>
      values.slice((row * values.length) / count, ((row + 1) * values.length) / count);
    return Array.from({ length: count }, (_, row) => ({
      x: part(logits, row),
      z: part(labels, row),
      weight: weights?.[row] ?? 1,
    }));
  });
}

function entriesOf(batches: readonly ReferenceBatch[], k: number): readonly Entry[] {
  return rowsIn(batches, k).flatMap(({ x, z, weight }) =>
    x.map((logit, id) => ({ logit, label: z[id] as number, weight, id })),
  );
}

function meanLoss(formula: RowFormula, rows: readonly Row[]): Scaled {
  return mean(rows, ({ x, z }) => formula.loss(x, z));
}

/** A weighted mean, 0 where the weights sum to 0. */
function mean<T extends { readonly weight: number }>(of: readonly T[], evaluate: (entry: T) => Scaled): Scaled {
  const count = of.reduce((sum, { weight }) => sum + weight, 0);
  if (count === 0) return { value: 0, scale: 0 };
  return inFloat32(over(sumOf(of.map((entry) => times(inFloat32(evaluate(entry)), entry.weight))), count));
}

/** Quotients of sums of weights, and sums of those. */
function counted(
  metrics: Readonly<Record<string, number>>,
  keys: readonly string[],
  suffix = '',
): Record<string, Scaled> {
  return Object.fromEntries(keys.map((key) => [key + suffix, { value: metrics[key] as number, scale: 1 }]));
}

function curves(entries: readonly Entry[], suffix = ''): Record<string, Scaled> {
  const metrics = binaryMetrics(entries.map(sampleOf));
  return counted(metrics, ['auc', 'auc_precision_recall'], suffix);
}

function atThresholds(entries: readonly Entry[], thresholds: Readonly<Record<string, number>>): Record<string, Scaled> {
  const samples = entries.map(sampleOf);
  const maps = Object.entries(thresholds).map(([name, threshold]) =>
    counted(binaryMetrics(samples, threshold), ['accuracy', 'precision', 'recall'], `/positive_threshold_${name}`),
  );
  return Object.assign({}, ...maps) as Record<string, Scaled>;
}

function sampleOf({ logit, label, weight }: Entry): { prediction: number; label: number; weight: number } {
  return { prediction: sigmoidCrossEntropy.predict(logit).value, label, weight };
}
