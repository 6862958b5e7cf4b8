import * as tf from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import {
  accuracy,
  BaseHead,
  buckets,
  confusion,
  logistic,
  majority,
  mean,
  meanMetric,
  type MetricDefinition,
  prAuc,
  precision,
  type Quantities,
  recall,
  rocAuc,
  sigmoidCrossEntropy,
  LabelRange,
} from '@tfjs-heads/head-kit';
import type { Benchmark } from './benchmark.js';
import { interleave } from './interleave.js';

const binary = confusion(0.5);
const curve = buckets();

/** The metrics of the original's binary classification. */
const nine: readonly MetricDefinition[] = [
  meanMetric('average_loss', 'losses'),
  { key: 'accuracy', accumulator: binary, result: accuracy },
  { key: 'precision', accumulator: binary, result: precision },
  { key: 'recall', accumulator: binary, result: recall },
  meanMetric('prediction/mean', 'logistic'),
  meanMetric('label/mean', 'labels'),
  { key: 'accuracy_baseline', accumulator: mean('labels'), result: majority },
  { key: 'auc', accumulator: curve, result: rocAuc },
  { key: 'auc_precision_recall', accumulator: curve, result: prAuc },
];

class BinaryHead extends BaseHead {
  protected override readonly labelRange = new LabelRange({ min: 0, max: 1 });
  protected readonly elementLoss = sigmoidCrossEntropy;
  readonly #definitions: readonly MetricDefinition[];
  constructor(definitions: readonly MetricDefinition[]) {
    super({ logitsDimension: 1, weightColumn: 'weight' });
    this.#definitions = definitions;
  }
  protected predictors(logits: tf.Tensor): Record<string, () => tf.Tensor> {
    return { logistic: () => tf.sigmoid(logits) };
  }
  protected override quantities(): Quantities {
    return { logistic: logistic('logits') };
  }
  protected metricDefinitions(): readonly MetricDefinition[] {
    return this.#definitions;
  }
}

const ROWS = [1000, 1_000_000];

/** Nine metrics of a batch in one update, against each by itself: an update for each of them, which reads, checks and computes what it needs. */
export const metrics: Benchmark = async (backend, onRow) => {
  for (const rows of ROWS) {
    const labels = tf.tensor(
      Float32Array.from({ length: rows }, (_, i) => Number(i % 3 === 0)),
      [rows, 1],
    );
    const logits = tf.tidy(() => tf.add(tf.randomNormal([rows, 1], 0, 2, 'float32', 1), labels));
    const weight = tf.randomUniform([rows, 1], 0, 2, 'float32', 2);
    const update = async (heads: readonly Head[]): Promise<number[]> => {
      const updated = heads.flatMap((head) =>
        Object.values(head.updateMetrics(head.metrics(), { weight }, logits, labels)),
      );
      return Promise.all(updated.map((metric) => metric.result()));
    };
    const [ours, theirs] = [[new BinaryHead(nine)], nine.map((definition) => new BinaryHead([definition]))];
    if (String(await update(ours)) !== String(await update(theirs)))
      throw new Error('Metrics by themselves differ from those that share their sums.');
    const figures = await interleave(
      () => update(ours),
      () => update(theirs),
    );
    onRow({
      benchmark: 'metrics',
      backend,
      case: 'nine binary metrics',
      batch: rows,
      peer: 'each by itself',
      unit: 'ms',
      ...figures,
      ratio: figures.theirs / figures.ours,
    });
    tf.dispose([labels, logits, weight]);
  }
};
