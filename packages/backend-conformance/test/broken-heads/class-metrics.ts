import { BinaryClassHead, MultiLabelHead } from '@tfjs-heads/head-classification';
import { average, buckets, confusion, type MetricDefinition, type Quantities } from '@tfjs-heads/head-kit';
import { subjects } from '../../src/heads.js';
import type { Subject } from '../../src/index.js';
import type { BrokenHeads } from './broken-head.js';

/** A BinaryClassHead with some of its metrics defined otherwise. */
function measuring(keys: readonly string[], change: (right: MetricDefinition) => Partial<MetricDefinition>): Subject {
  class Broken extends BinaryClassHead {
    protected override metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
      return super
        .metricDefinitions(regularization)
        .map((right) => (keys.includes(right.key) ? { ...right, ...change(right) } : right));
    }
  }
  return { ...(subjects.BinaryClassHead as Subject), create: (options) => new Broken(options) };
}

/** The area of trapezoids under the precision at each threshold over the recall there. */
function trapezoids(sums: ArrayLike<number>): number {
  const count = sums.length / 2;
  const [positives, negatives] = [Array.from(sums).slice(0, count), Array.from(sums).slice(count)];
  const above = (weights: readonly number[], i: number): number => weights.slice(i).reduce((a, b) => a + b, 0);
  const all = above(positives, 0);
  const points = positives.map((_, i) => {
    const [hits, misses] = [above(positives, i), above(negatives, i)];
    return { recall: all === 0 ? 0 : hits / all, precision: hits === 0 ? 0 : hits / (hits + misses) };
  });
  const last = { recall: 0, precision: points.at(-1)?.precision ?? 0 };
  return points.reduce((area, one, i) => {
    const next = points[i + 1] ?? last;
    return area + ((one.recall - next.recall) * (one.precision + next.precision)) / 2;
  }, 0);
}

/** What a class has of its own is that of the next one in the list. */
class NextClass extends MultiLabelHead {
  protected override quantities(): Quantities {
    const right = super.quantities();
    const keys = Object.keys(right).filter((key) => key.includes('/'));
    const ofOthers = keys.map((key, i) => [key, right[keys[(i + 2) % keys.length] as string]]);
    return { ...right, ...(Object.fromEntries(ofOthers) as Quantities) };
  }
}

const ABOVE_OR_AT_0 = -Number.MIN_VALUE;
const ABOVE_OR_AT_HALF = 0.5 - 2 ** -54;

const atThreshold = (metrics: readonly string[]): readonly string[] =>
  metrics.map((metric) => `${metric}/positive_threshold_0.5`);

/** A probability that is the threshold counts as above it. */
class MeasuredFromThreshold extends MultiLabelHead {
  protected override metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
    return super.metricDefinitions(regularization).map((right) => {
      const isWrong = atThreshold(['accuracy', 'precision', 'recall']).includes(right.key);
      return isWrong ? { ...right, accumulator: confusion(ABOVE_OR_AT_HALF, { predictions: 'probabilities' }) } : right;
    });
  }
}

/** Heads of classes that are measured wrongly. */
export const wrongClassMetrics: BrokenHeads = {
  MeasuredAtZero: {
    wrong: 'accuracy, precision and recall of a BinaryClassHead count a logit of 0 as class 1',
    caughtBy: 'golden:metrics:inputs=soft',
    says: 'the metric accuracy',
    subject: measuring(['accuracy', 'precision', 'recall'], () => ({
      accumulator: confusion(ABOVE_OR_AT_0, { predictions: 'logits' }),
    })),
  },
  MeasuredFromThreshold: {
    wrong: 'metrics at a threshold of a BinaryClassHead count a probability that is the threshold as above it',
    caughtBy: 'golden:metrics:inputs=at-threshold',
    says: 'the metric accuracy/positive_threshold_0.5',
    subject: measuring(atThreshold(['accuracy', 'precision', 'recall']), () => ({
      accumulator: confusion(ABOVE_OR_AT_HALF, { predictions: 'logistic' }),
    })),
  },
  LabelsFromThreshold: {
    wrong: 'metrics at a threshold of a MultiLabelHead count a probability that is the threshold as above it',
    caughtBy: 'golden:metrics:inputs=at-threshold',
    says: 'the metric accuracy/positive_threshold_0.5',
    subject: {
      ...(subjects.MultiLabelHead as Subject),
      create: (options) => new MeasuredFromThreshold({ nClasses: 4, ...options }),
    },
  },
  BaselineOfOnes: {
    wrong:
      'accuracy_baseline of a BinaryClassHead is how often class 1 would be right, though class 0 may be more often',
    caughtBy: 'golden:metrics:inputs=negatives',
    says: 'the metric accuracy_baseline',
    subject: measuring(['accuracy_baseline'], () => ({ result: average })),
  },
  HundredThresholds: {
    wrong: 'auc of a BinaryClassHead is of 100 thresholds',
    caughtBy: 'golden:evaluation:batches=3,weights=rows,thresholds=true',
    says: 'the metric auc[',
    subject: measuring(['auc'], () => ({ accumulator: buckets({ predictions: 'logistic', numThresholds: 100 }) })),
  },
  UnweightedArea: {
    wrong: 'auc of a BinaryClassHead takes no notice of weights',
    caughtBy: 'law:weight-is-count:rows=5',
    says: "the metric 'auc'",
    subject: measuring(['auc'], () => ({ accumulator: buckets({ predictions: 'logistic', weights: 'none' }) })),
  },
  StraightBetweenThresholds: {
    wrong: 'auc_precision_recall of a BinaryClassHead draws straight lines between thresholds',
    caughtBy: 'golden:evaluation:batches=3,weights=rows,thresholds=true',
    says: 'the metric auc_precision_recall',
    subject: measuring(['auc_precision_recall'], () => ({ result: trapezoids })),
  },
  AllDigits: {
    wrong: 'the keys of thresholds of a BinaryClassHead have all digits, not the six of %g',
    caughtBy: 'golden:metrics:inputs=drawn,shape=33x1,weights=column,thresholds=true',
    says: 'the metric keys',
    subject: measuring(
      ['accuracy', 'precision', 'recall'].map((key) => `${key}/positive_threshold_0.123457`),
      ({ key }) => ({ key: key.replace('0.123457', '0.123456789') }),
    ),
  },
  NextClass: {
    wrong: 'the metrics of each class of a MultiLabelHead are those of the next one',
    caughtBy: 'golden:metrics:inputs=drawn,shape=33x5,weights=column,classes=ids',
    says: 'the metric probability_mean/class4',
    subject: {
      ...(subjects.MultiLabelHead as Subject),
      create: (options) => new NextClass({ nClasses: 4, ...options }),
    },
  },
};
