import type { Batch, GoldenExport } from '@tfjs-heads/conformance-kit';
import {
  type Formula,
  inFloat32,
  type Reducing,
  type ReferenceBatch,
  regressionMetrics,
  trainingLoss,
  type Values,
} from '@tfjs-heads/reference';
import type { HeadModel, Options } from './describe.js';

/**
 * A head of the family in doubles.
 *
 * @param predictions Prediction key to the rounding units that it may be off: what hands on the logits is exact.
 */
export function regressionModel(
  formula: Formula,
  predictions: Readonly<Record<string, number>>,
  options: Options,
): HeadModel {
  const reduction = (options['lossReduction'] as Reducing | undefined) ?? 'sum_over_batch_size';
  return {
    loss: (batch) => trainingLoss(formula, numbersOf(batch), reduction),
    predictions(logits) {
      const { shape, values } = logits as Values;
      const entries = Object.entries(predictions).map(([key, k]) => {
        const predicted = values.map((value) =>
          key === 'logits' ? { value, scale: 0 } : inFloat32(formula.predict(value)),
        );
        return [key, { shape, dtype: 'float32' as const, values: predicted, k }] as const;
      });
      return Object.fromEntries(entries);
    },
    metrics: (batches) => regressionMetrics(formula, batches.map(numbersOf)),
  };
}

/** The numbers of a batch of one head with dense labels. */
function numbersOf({ logits, labels, weights }: Batch): ReferenceBatch {
  return { logits: (logits as Values).values, labels: (labels as Values).values, weights: weights?.values };
}

/** What a head of the family exports: its predictions for serving, and all that it predicts. */
export function regressionExports(keys: readonly string[]): Readonly<Record<string, GoldenExport>> {
  const regression: GoldenExport = { kind: 'regression', outputs: { value: 'predictions' } };
  return {
    serving_default: regression,
    regression,
    predict: { kind: 'predict', outputs: Object.fromEntries(keys.map((key) => [key, key])) },
  };
}
