import { stack } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { tensorsOf, type Batch } from '../../batch.js';
import { ULPS, type Values } from '@tfjs-heads/reference';
import type { NamedSubject } from '../../subject.js';
import { check, type Check } from '../check.js';
import { lossAndGradient, outcomeOf, resultsOf, updated, readNumbers } from '../outcome.js';
import { batchFor, headOf, weightsClaim, whereWeighted } from './claims.js';
import { nearMetrics, nearOutcome, scalesOf } from './compare.js';

/**
 * All layouts that the same weights may have: a weight for each row, with or without a last dimension of 1; `[B]` for `[B, 1]`,
 * also where the logits are `[B, 1, ULPS]`; for each logit where that is claimed. Whether a head refuses others the errors say.
 */
function layoutsOf(subject: NamedSubject, head: Head, { shape, ...weights }: Values): Values[] {
  const layouts = [shape, [...shape, 1]];
  // Of a sequence a weight is that of a step.
  if (shape.length === 2 && shape[1] === 1 && subject.mask === undefined) layouts.push(shape.slice(0, 1));
  const columns = head.logitsDimension;
  const perLogit = {
    ...weights,
    shape: [...shape, columns],
    values: weights.values.flatMap((weight) => Array.from({ length: columns }, () => weight)),
  };
  return [
    ...layouts.map((layout) => ({ ...weights, shape: layout })),
    ...(weightsClaim(subject) === 'logits' ? [perLogit] : []),
  ];
}

export const weightsShapes: Check = check({
  states:
    "Weights [D0, .., DN, 1] are the same as [D0, .., DN], [B] as [B, 1], and so are weights of the logits' shape where those are taken.",
  cases: (subject) => whereWeighted(subject, [{ rows: 5 }, { rows: '2x3' }, { rows: '4x1' }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const [first, ...others] = layoutsOf(subject, head, batch.weights as Values) as [Values, ...Values[]];
    const expected = await outcomeOf(head, tensorsOf({ ...batch, weights: first }));
    for (const weights of others) {
      nearOutcome(judge, await outcomeOf(head, tensorsOf({ ...batch, weights })), expected, scalesOf(batch));
    }
  },
});

/** Weights that each dtype has exactly. */
const amounts = { float32: [0, 1, 2.5, 3], int32: [0, 1, 2, 3], bool: [0, 1] } as const;

/** What the metrics of one batch are weighted with must not go by how its weights lie, or it counts for another share. */
export const weightsMixed: Check = check({
  states:
    'An evaluation whose batches have weights of all shapes and dtypes comes to what it does where all are of one, and so does each loss.',
  cases: (subject) => whereWeighted(subject, [{ rows: 5 }, { rows: '2x3' }, { rows: '4x1' }, { rows: '1x1' }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const plain: Batch[] = [];
    const mixed: Batch[] = [];
    const dtypes = ['float32', 'int32', 'bool'] as const;
    const { weights: drawn } = batchFor(subject, head, rows);
    const count = layoutsOf(subject, head, drawn as Values).length;
    for (const [i, dtype] of dtypes.entries()) {
      for (let layout = 0; layout < count; layout++) {
        const seed = 1 + i * count + layout;
        const batch = batchFor(subject, head, rows, seed);
        // Batches of different weight: or one that counts for another share would change nothing.
        const weights = {
          ...(batch.weights as Values),
          values: (batch.weights as Values).values.map(
            (_, row) => amounts[dtype][(seed + row) % amounts[dtype].length] as number,
          ),
        };
        plain.push({ ...batch, weights });
        mixed.push({ ...batch, weights: layoutsOf(subject, head, { ...weights, dtype })[layout] as Values });
      }
    }
    const [expected, actual] = await Promise.all([plain, mixed].map((batches) => evaluated(head, batches)));
    const scales = scalesOf(plain[0] as Batch);
    mixed.forEach(({ weights }, i) => {
      const what = `weights of the shape [${String(weights?.shape)}] and the dtype ${weights?.dtype}`;
      judge.near(`the loss with ${what}`, [actual?.losses[i] ?? NaN], [expected?.losses[i] ?? NaN], {
        k: ULPS.REDUCE,
        scale: scales.sum,
      });
      judge.near(`the gradient with ${what}`, actual?.gradients[i] ?? [], expected?.gradients[i] ?? [], {
        k: ULPS.ELEMENT,
        scale: scales.element,
      });
    });
    nearMetrics(judge, actual?.metrics ?? {}, expected?.metrics ?? {}, scales);
  },
});

interface Evaluated {
  readonly losses: readonly number[];
  readonly gradients: readonly number[][];
  readonly metrics: Record<string, number>;
}

/** Each loss, and the metrics over all batches. */
async function evaluated(head: Head, batches: readonly Batch[]): Promise<Evaluated> {
  const metrics = head.metrics();
  const made = batches.map((batch) => {
    const tensors = tensorsOf(batch);
    updated(head, metrics, tensors);
    return lossAndGradient(head, tensors);
  });
  const gradients = await Promise.all(made.map(({ grad }) => readNumbers(grad)));
  return {
    losses: await readNumbers(stack(made.map(({ value }) => value))),
    gradients,
    metrics: await resultsOf(metrics),
  };
}
