import { BinaryClassHead } from '@tfjs-heads/head-classification';
import {
  type Accumulator,
  buckets,
  confusion,
  type HostBatch,
  mean,
  type MetricDefinition,
} from '@tfjs-heads/head-kit';

/** The sums of a batch of weighted predictions and labels, in doubles that are rounded at each term. */
type PlainSums = (
  values: ArrayLike<number>,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
  sums: Float64Array,
) => void;

const meanSums: PlainSums = (values, _labels, weights, sums) => {
  let total = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    total += (values[i] as number) * (weights[i] as number);
    count += weights[i] as number;
  }
  sums.set([total, count]);
};

const confusionSums: PlainSums = (values, labels, weights, sums) => {
  for (let i = 0; i < values.length; i++) {
    const weight = weights[i] as number;
    const isPositive = labels[i] !== 0;
    const isPredicted = (values[i] as number) > 0;
    if (isPositive === isPredicted) sums[0] = (sums[0] as number) + weight;
    sums[1] = (sums[1] as number) + weight;
    if (isPositive && isPredicted) sums[2] = (sums[2] as number) + weight;
    else if (isPredicted) sums[3] = (sums[3] as number) + weight;
    else if (isPositive) sums[4] = (sums[4] as number) + weight;
  }
};

const bucketSums: PlainSums = (values, labels, weights, sums) => {
  const count = sums.length / 2;
  for (let i = 0; i < values.length; i++) {
    const rounded = Math.fround(values[i] as number);
    let bucket = rounded > 0 ? Math.ceil(Math.fround(rounded * count)) - 1 : 0;
    if (rounded >= 1) bucket = count - 1;
    const index = (labels[i] === 0 ? count : 0) + bucket;
    sums[index] = (sums[index] as number) + (weights[i] as number);
  }
};

/** An accumulator that sums each batch plainly, and adds up what the batches come to. */
function plain(accumulator: Accumulator, quantity: string, walk: PlainSums): Accumulator {
  return {
    ...accumulator,
    add(batch: HostBatch, sums) {
      const added = new Float64Array(accumulator.size);
      const [values, labels, weights] = [quantity, 'labels', 'weights'].map((name) => batch.get(name).values);
      walk(values as Float64Array, labels as Float32Array, weights as Float32Array, added);
      added.forEach((sum, index) => sum !== 0 && sums.add(index, sum));
    },
  };
}

/** A `BinaryClassHead` whose metrics depend on the order of the rows: what sums without rounding cost is the difference to it. */
export class PlainSumsHead extends BinaryClassHead {
  protected override metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
    return super.metricDefinitions(regularization).map((definition) => {
      const { kind, id } = definition.accumulator;
      const quantity = /(?:losses|logistic|labels|logits)/.exec(id)?.[0] as string;
      if (kind === 'confusion') return { ...definition, accumulator: plain(confusion(0), 'logits', confusionSums) };
      if (kind === 'buckets') return { ...definition, accumulator: plain(buckets(), 'logistic', bucketSums) };
      return { ...definition, accumulator: plain(mean(quantity), quantity, meanSums) };
    });
  }
}
