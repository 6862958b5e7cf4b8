import { grad, stack, type Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { areSecondDerivativesRight } from '@tfjs-heads/backends';
import { tensorOf, tensorsOf, type Batch, type BatchTensors } from '../../batch.js';
import { drawValues, type Values } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { batchOf, headOf } from './claims.js';
import { gradientOf, valuesOf } from '../outcome.js';
import { Failure } from '../../judge.js';
import { nearSlopes, PLACES, STEP, termOf, type Stencil } from './slope.js';

/** tfjs links inputs that a gradient has saved to the tape, but not outputs: what is built on those has no slope, silently. */
export const gradientOfGradient: Check = {
  states: 'The gradient of the gradient is right, or an error; it is not silently zero.',
  needs: ['float32'],
  cases: () => [{ rows: 3 }],
  async run({ subject, judge, backend }, { rows }) {
    const head = headOf(subject);
    const seconds = (batch: Batch, direction: Values): Tensor => {
      const { labels, features, logits } = tensorsOf(subject, batch);
      return grad((y) => grad((x) => head.loss(labels, x, { features }))(y))(logits, tensorOf(direction));
    };
    const drawnFor = (draw: number): { batch: Batch; direction: Values } => {
      const batch = batchOf(subject, head, rows as number, 1 + 20 * draw);
      const { shape } = batch.logits;
      return { batch, direction: { shape, values: drawValues(9 + draw, shape, 'real').map((value) => (value < 0 ? -1 : 1)) } };
    };
    try {
      const { batch, direction } = drawnFor(0);
      seconds(batch, direction).dispose();
    } catch {
      return; // An error is an answer too.
    }
    try {
      await nearSlopes(judge, 'the gradient of the gradient', backend.unit, async (draw) => {
        const { batch, direction } = drawnFor(draw);
        const stencils = await gradientsAlong(head, batch, tensorsOf(subject, batch), direction);
        return { actual: await valuesOf(seconds(batch, direction)), stencils, term: termOf(batch) };
      });
    } catch (error) {
      if (!(error instanceof Failure) || (await areSecondDerivativesRight())) throw error;
      throw new Failure(`${error.message}; ${TFJS_IS_AT_FAULT}`);
    }
  },
};

const TFJS_IS_AT_FAULT =
  'TensorFlow.js is at fault, if not alone: here its own second derivative of exp is wrong, as are those of sigmoid, tanh and softmax. ' +
  "startBackend of @tfjs-heads/backends, or its repair 'second-derivatives', cures that";

/** The gradient of each logit while all logits move along a direction; one read for all. */
async function gradientsAlong(head: Head, { logits }: Batch, tensors: BatchTensors, direction: Values): Promise<Stencil[]> {
  const gradients = PLACES.map((steps) => {
    const values = logits.values.map((value, i) => value + steps * STEP * (direction.values[i] as number));
    return gradientOf(head, { ...tensors, logits: tensorOf({ ...logits, values }) });
  });
  const all = await valuesOf(stack(gradients));
  return logits.values.map((_, i) => PLACES.map((__, place) => all[place * logits.values.length + i]) as unknown as Stencil);
}
