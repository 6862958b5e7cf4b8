/** A prediction between 0 and 1, whether it should be positive (any label but 0), and its weight. */
export interface BinarySample {
  readonly prediction: number;
  readonly label: number;
  readonly weight?: number | undefined;
}

/** How many thresholds the areas under curves are made of: the first just below 0, the last just above 1. */
const THRESHOLDS = 200;

/** How many thresholds a prediction is above. The original multiplies in float32, which decides what lies next to one. */
function thresholdsBelow(prediction: number): number {
  const clipped = Math.fround(Math.min(Math.max(prediction, 0), 1));
  return Math.max(1, Math.ceil(Math.fround(clipped * (THRESHOLDS - 1))));
}

/** The metrics of a binary classification, each counted by itself, threshold by threshold. A quotient by 0 is 0. */
export function binaryMetrics(samples: readonly BinarySample[], threshold = 0.5): Record<string, number> {
  const total = (counts: (sample: BinarySample) => boolean): number =>
    samples.filter(counts).reduce((sum, { weight = 1 }) => sum + weight, 0);
  const positive = (isAbove: (prediction: number) => boolean): { readonly tp: number; readonly fp: number } => ({
    tp: total(({ prediction, label }) => label !== 0 && isAbove(prediction)),
    fp: total(({ prediction, label }) => label === 0 && isAbove(prediction)),
  });
  const [positives, negatives, all] = [
    total(({ label }) => label !== 0),
    total(({ label }) => label === 0),
    total(() => true),
  ];
  const { tp, fp } = positive((prediction) => prediction > threshold);
  const curve = Array.from({ length: THRESHOLDS }, (_, i) => positive((prediction) => thresholdsBelow(prediction) > i));
  const steps = curve.slice(1).map((next, i) => ({ from: curve[i] as typeof next, to: next }));
  const ones = samples.reduce((sum, { label, weight = 1 }) => sum + label * weight, 0);
  return {
    accuracy: over(
      total(({ prediction, label }) => label === (prediction > threshold ? 1 : 0)),
      all,
    ),
    accuracy_baseline: over(Math.max(ones, all - ones), all),
    precision: over(tp, tp + fp),
    recall: over(tp, positives),
    auc: steps.reduce(
      (area, { from, to }) =>
        area +
        ((over(from.fp, negatives) - over(to.fp, negatives)) * (over(from.tp, positives) + over(to.tp, positives))) / 2,
      0,
    ),
    auc_precision_recall: steps.reduce((area, { from, to }) => {
      const [predicted, nextPredicted] = [from.tp + from.fp, to.tp + to.fp];
      const slope = over(from.tp - to.tp, Math.max(predicted - nextPredicted, 0));
      const intercept = to.tp - slope * nextPredicted;
      const ratio = predicted > 0 && nextPredicted > 0 ? predicted / nextPredicted : 1;
      return area + over(slope * (from.tp - to.tp + intercept * Math.log(ratio)), Math.max(positives, 0));
    }, 0),
  };
}

function over(dividend: number, divisor: number): number {
  return divisor === 0 ? 0 : dividend / divisor;
}
