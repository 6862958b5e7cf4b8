/** A prediction between 0 and 1, whether it should be positive (any label but 0), and its weight. */
export interface BinarySample {
  readonly prediction: number;
  readonly label: number;
  readonly weight?: number | undefined;
}

/** The thresholds that the areas under curves are made of: 200, the first just below 0 and the last just above 1. */
const THRESHOLDS: readonly number[] = Array.from({ length: 200 }, (_, i) =>
  i === 0 ? -1e-7 : i === 199 ? 1 + 1e-7 : i / 199,
);

/** The metrics of a binary classification, each counted by itself, threshold by threshold. A quotient by 0 is 0. */
export function binaryMetrics(samples: readonly BinarySample[], threshold = 0.5): Record<string, number> {
  const total = (counts: (sample: BinarySample) => boolean): number =>
    samples.filter(counts).reduce((sum, { weight = 1 }) => sum + weight, 0);
  const above = (limit: number) => ({
    tp: total(({ prediction, label }) => label !== 0 && prediction > limit),
    fp: total(({ prediction, label }) => label === 0 && prediction > limit),
  });
  const [positives, negatives, all] = [
    total(({ label }) => label !== 0),
    total(({ label }) => label === 0),
    total(() => true),
  ];
  const { tp, fp } = above(threshold);
  const curve = THRESHOLDS.map(above);
  const steps = curve.slice(1).map((next, i) => ({ from: curve[i] as typeof next, to: next }));
  const ones = over(
    samples.reduce((sum, { label, weight = 1 }) => sum + label * weight, 0),
    all,
  );
  return {
    accuracy: over(
      total(({ prediction, label }) => label === (prediction > threshold ? 1 : 0)),
      all,
    ),
    accuracy_baseline: Math.max(ones, 1 - ones),
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
