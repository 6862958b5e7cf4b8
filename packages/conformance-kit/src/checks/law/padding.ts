import { ULPS } from '@tfjs-heads/reference';
import { mapParts, partsOf, tensorsOf, type Batch, type LabelValues } from '../../batch.js';
import type { NamedSubject } from '../../subject.js';
import { check, type Check } from '../check.js';
import { outcomeOf } from '../outcome.js';
import { countedOf, headOf, labelClaimsOf, weightedBatchFor } from './claims.js';
import { nearMetrics, scalesOf } from './compare.js';

/** What may stand where a sequence is only filled up: another one, a label that is no label, what a network makes of nothing. */
const fills = ['others', 'labels-out-of-range', 'NaN'] as const;
type Fill = (typeof fills)[number];

export const paddingCountsForNothing: Check = check({
  states:
    'What fills a sequence up counts for nothing: other logits, labels and weights there leave loss, gradient and metrics as they are, and get no gradient.',
  cases: (subject) =>
    subject.mask === undefined
      ? []
      : fills
          .filter((fill) => fill !== 'labels-out-of-range' || outOfRange(subject, '') !== undefined)
          .map((fill) => ({ fill })),
  async run({ subject, judge }, { fill }) {
    const head = headOf(subject, { lossReduction: 'sum_over_batch_size' });
    const batch = weightedBatchFor(subject, head, 5);
    const filled = filledUp(subject, batch, weightedBatchFor(subject, head, 5, 2), fill);
    const counted = countedOf(subject, batch) ?? [];
    judge.that(counted.includes(0), 'the batch has no steps that only fill it up');
    const [expected, actual] = [await outcomeOf(head, tensorsOf(batch)), await outcomeOf(head, tensorsOf(filled))];
    const scales = scalesOf(batch);
    judge.near('the loss', [actual.loss], [expected.loss], { k: ULPS.REDUCE, scale: scales.element });
    const places = expected.gradient.map(
      (_, i) => counted[Math.floor((i * counted.length) / expected.gradient.length)],
    );
    const steps = (gradient: readonly number[], counts: number): number[] =>
      gradient.filter((__, i) => places[i] === counts);
    judge.near('the gradient', steps(actual.gradient, 1), steps(expected.gradient, 1), {
      k: ULPS.ELEMENT,
      scale: scales.element,
    });
    const padding = steps(actual.gradient, 0);
    judge.same(
      'the gradient where the sequence is only filled up',
      padding,
      padding.map(() => 0),
    );
    nearMetrics(judge, actual.metrics, expected.metrics, scales);
  },
});

/** A label that the head refuses in a step that counts. */
function outOfRange(subject: NamedSubject, name: string): number | undefined {
  return labelClaimsOf(subject, name).labelsOutOfRange?.find(Number.isFinite);
}

/** The batch with something else in its padding. */
function filledUp(subject: NamedSubject, batch: Batch, other: Batch, fill: Fill): Batch {
  const counted = countedOf(subject, batch) ?? [];
  const mixed = <T extends LabelValues>(part: T, of: (i: number) => number): T => {
    // There are no sparse labels where nothing counts: those that there are, are those of the steps that do.
    if (part.indices !== undefined) return part;
    const { values } = part;
    const counts = (i: number): boolean => counted[Math.floor((i * counted.length) / values.length)] === 1;
    return { ...part, values: values.map((value, i) => (counts(i) ? value : of(i))) };
  };
  const others = new Map(partsOf(other.labels));
  const { weights } = other;
  return {
    ...batch,
    logits: mapParts(batch.logits, (part) => mixed(part, (i) => (fill === 'NaN' ? NaN : 100 + i))),
    labels: mapParts(batch.labels, (part, name) =>
      mixed(part, (i) =>
        fill === 'labels-out-of-range'
          ? (outOfRange(subject, name) as number)
          : (others.get(name)?.values[i] as number),
      ),
    ),
    ...(batch.weights && {
      weights: mixed(batch.weights, (i) => (fill === 'NaN' ? NaN : (weights?.values[i] as number) + 1)),
    }),
  };
}
