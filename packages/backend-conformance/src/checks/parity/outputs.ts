import type { Head } from '@tfjs-heads/head-api';
import type { BatchTensors } from '../../batch.js';
import type { Parameters } from '../../case.js';
import type { Subject } from '../../subject.js';
import type { Check } from '../check.js';
import { gradientOf, updated } from '../outcome.js';
import { compareOutputs, scalesOf } from './compare.js';
import { headAndBatch, inputsOf } from './inputs.js';
import { prefixed, readAll, readMetrics, type Outputs } from './read.js';

/** What a head computes without a spec: its loss, the gradient of that, its predictions and its metrics. */
export const outputsAgree: Check = {
  states: 'Loss, gradient, predictions and metrics are those of plain cpu, at odd and even sizes, of rank 2 and 4.',
  cases: ({ weights = 'rows', rows }: Subject) => [
    { rows: 1 },
    { rows: 2, inputs: 'device' },
    { rows: 33 },
    { rows: '2x3x5', inputs: 'device' },
    ...(weights === 'none' ? [] : weighted(weights, rows === 'dependent' ? 257 : 2049)),
  ],
  async run({ subject, judge, onReference }, parameters) {
    const { head, batch } = headAndBatch(subject, parameters);
    const outputs = (madeBy?: Parameters[string]): Promise<Outputs> => outputsOf(head, inputsOf(subject, batch, madeBy));
    const actual = await outputs(parameters.inputs);
    const expected = await onReference(() => outputs());
    compareOutputs(judge, actual, expected, scalesOf(batch, expected.gradient?.values as ArrayLike<number>));
  },
};

/**
 * @param most Where heads may change over from one way of computing to another; less where each row is compared with each other
 *   one, which would be millions of pairs.
 */
function weighted(weights: 'rows' | 'logits', most: number): Parameters[] {
  return [
    { rows: 33, weights: 'rows', inputs: 'device' },
    { rows: 256, weights: 'rows' },
    { rows: '2x3x5', weights },
    { rows: most, weights, inputs: 'device' },
  ];
}

async function outputsOf(head: Head, tensors: BatchTensors): Promise<Outputs> {
  const { logits, labels, features } = tensors;
  const metrics = updated(head, head.metrics(), tensors);
  const values = await readAll({
    loss: head.loss(labels, logits, { features }),
    gradient: gradientOf(head, tensors),
    ...prefixed('predictions', head.predictions(logits)),
  });
  const results = await readMetrics(metrics);
  for (const metric of Object.values(metrics)) metric.dispose();
  return { ...values, ...results };
}
