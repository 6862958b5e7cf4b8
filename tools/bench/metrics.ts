import * as tf from '@tensorflow/tfjs-core';
import { BinaryClassHead } from '@tfjs-heads/head-classification';
import type { Head } from '@tfjs-heads/head-api';
import type { MetricDefinition } from '@tfjs-heads/head-kit';
import type { Benchmark } from './benchmark.js';
import { interleave } from './interleave.js';

/** A head that has one of the metrics alone. */
class OneMetricHead extends BinaryClassHead {
  readonly #key: string;
  constructor(key: string) {
    super({ weightColumn: 'weight' });
    this.#key = key;
  }
  protected override metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
    return super.metricDefinitions(regularization).filter(({ key }) => key === this.#key);
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
    const nine = new BinaryClassHead({ weightColumn: 'weight' });
    const [ours, theirs] = [[nine], Object.keys(nine.metrics()).map((key) => new OneMetricHead(key))];
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
