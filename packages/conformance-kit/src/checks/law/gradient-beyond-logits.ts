import {
  add,
  customGrad,
  exp,
  grad,
  grads,
  mul,
  scalar,
  stack,
  sum,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { areSecondDerivativesRight } from '@tfjs-heads/backends';
import type { Head, Logits } from '@tfjs-heads/head-api';
import { drawValues, ULPS, type Values } from '@tfjs-heads/reference';
import {
  asLogits,
  logitsIn,
  mapParts,
  partsOf,
  stepsOf,
  tensorOf,
  tensorsOf,
  WEIGHT,
  widthOf,
  withLogits,
  type Batch,
  type BatchTensors,
  type LabelValues,
} from '../../batch.js';
import { Failure } from '../../judge.js';
import type { NamedSubject } from '../../subject.js';
import { check, type Check } from '../check.js';
import { gradientOf, likeLogits, tensorsIn, readNumbers } from '../outcome.js';
import { batchFor, headOf, plainBatchFor, plainHeadOf, weightsClaim } from './claims.js';
import { made } from './device.js';
import { nearSlopes, PLACES, STEP, termOf, type Stencil } from './slope.js';
import { product } from './spec-model.js';

/** tfjs links inputs that a gradient has saved to the tape, but not outputs: what is built on those has no slope, silently. */
export const gradientOfGradient: Check = check({
  states: 'The gradient of the gradient is right, or an error; it is not silently zero.',
  needs: ['float32'],
  cases: () => [{ rows: 3 }],
  async run({ subject, judge, backend }, { rows }) {
    const head = headOf(subject);
    const seconds = (batch: Batch, direction: readonly number[]): Tensor[] => {
      const { labels, features, logits } = tensorsOf(batch);
      const along = tensorsIn(tensorsOf(withLogits(batch, (_, place) => direction[place] as number)).logits);
      // tfjs takes the gradient of one tensor, along a direction; of several it must be that of what they come to along theirs.
      const dot = customGrad((...given) => ({
        value: given
          .slice(0, along.length)
          .reduce<Tensor>((total, part, i) => add(total, sum(mul(part as Tensor, along[i] as Tensor))), scalar(0)),
        gradFunc: (dy: Tensor) => along.map((part) => mul(dy, part)),
      }));
      return grads((...ys: Tensor[]) =>
        dot(...tensorsIn(gradientOf(head, { labels, features, logits: likeLogits(logits, ys) }))),
      )(tensorsIn(logits));
    };
    const drawnFor = (draw: number): { batch: Batch; direction: readonly number[] } => {
      const batch = batchFor(subject, head, rows, 1 + 20 * draw);
      return {
        batch,
        direction: drawValues(9 + draw, [logitsIn(batch).length], 'real').map((value) => (value < 0 ? -1 : 1)),
      };
    };
    try {
      const { batch, direction } = drawnFor(0);
      for (const second of seconds(batch, direction)) second.dispose();
    } catch {
      return; // An error is an answer too.
    }
    try {
      await nearSlopes(judge, 'the gradient of the gradient', backend.unit, async (draw) => {
        const { batch, direction } = drawnFor(draw);
        const stencils = await gradientsAlong(head, batch, tensorsOf(batch), direction);
        const actual = await Promise.all(seconds(batch, direction).map(readNumbers));
        return { actual: actual.flat(), stencils, term: termOf(batch) };
      });
    } catch (error) {
      if (!(error instanceof Failure) || (await areSecondDerivativesRight())) throw error;
      throw new Failure(`${error.message}; ${TFJS_IS_AT_FAULT}`);
    }
  },
});

const TFJS_IS_AT_FAULT =
  'TensorFlow.js is at fault, if not alone: here its own second derivative of exp is wrong, as are those of sigmoid, tanh and softmax. ' +
  "startBackend of @tfjs-heads/backends, or its repair 'second-derivatives', cures that";

/** The gradient of each logit while all logits move along a direction; one read for all. */
async function gradientsAlong(
  head: Head,
  batch: Batch,
  tensors: BatchTensors,
  direction: readonly number[],
): Promise<Stencil[]> {
  const gradients = PLACES.map((steps) => {
    const { logits } = tensorsOf(
      withLogits(batch, (value, place) => value + steps * STEP * (direction[place] as number)),
    );
    return gradientOf(head, { ...tensors, logits });
  });
  const values = await Promise.all(gradients.map(readNumbers));
  return direction.map((_, place) => values.map((gradient) => gradient[place]) as unknown as Stencil);
}

/** Labels that cannot be moved have no slope; of labels in a map that of one alone would be taken, which says nothing new. */
const movable = (subject: NamedSubject): readonly { of: 'labels' | 'weights' }[] => [
  ...(subject.heads === undefined && ['real', 'positive', 'probability'].includes(subject.labels ?? 'real')
    ? [{ of: 'labels' as const }]
    : []),
  ...(weightsClaim(subject) === 'none' ? [] : [{ of: 'weights' as const }]),
];

/** A loss with a gradient of its own says nothing of its other inputs, unless somebody thought of them. */
export const gradientOfInputs: Check = check({
  states: 'The gradient with respect to labels or weights is right, or an error; it is not silently another one.',
  needs: ['float32'],
  cases: movable,
  async run({ subject, judge, backend }, { of }) {
    const head = headOf(subject);
    const situationOf = (draw: number): { batch: Batch; moved: Values; lossOf: (given: Tensor) => Scalar } => {
      const drawn = batchFor(subject, head, 2, 1 + 20 * draw);
      const half = (labels: LabelValues): LabelValues =>
        labels.dtype === 'int32' ? labels : { ...labels, values: labels.values.map(() => 0.5) };
      const batch: Batch = { ...drawn, labels: mapParts(drawn.labels, half) };
      const { logits, labels, features } = tensorsOf(batch);
      const lossOf = (given: Tensor): Scalar =>
        of === 'labels'
          ? head.loss(given, logits, { features })
          : head.loss(labels, logits, { features: { ...features, [WEIGHT]: given } });
      return { batch, moved: (of === 'labels' ? partsOf(batch.labels)[0]?.[1] : batch.weights) as Values, lossOf };
    };
    try {
      const { moved, lossOf } = situationOf(0);
      grad(lossOf)(tensorOf(moved)).dispose();
    } catch {
      return; // An error is an answer too.
    }
    await nearSlopes(judge, `the gradient of the ${of}`, backend.unit, async (draw) => {
      const { batch, moved, lossOf } = situationOf(draw);
      const losses = moved.values.flatMap((_, place) =>
        PLACES.map((steps) =>
          lossOf(
            tensorOf({
              ...moved,
              values: moved.values.map((value, i) => (i === place ? value + steps * STEP : value)),
            }),
          ),
        ),
      );
      const lossValues = await readNumbers(stack(losses));
      const stencils = moved.values.map(
        (_, i) => lossValues.slice(i * PLACES.length, (i + 1) * PLACES.length) as unknown as Stencil,
      );
      return { actual: await readNumbers(grad(lossOf)(tensorOf(moved))), stencils, term: termOf(batch) };
    });
  },
});

/**
 * Packed WebGL multiplies the padding of an odd size along: what a gradient leaves there meets what an activation has left
 * there, and shows in the product of the two.
 */
export const gradientInNetwork: Check = check({
  states: 'Under a network the gradient of its kernel is the product of its inputs and the gradient of the logits.',
  // Weights that were uploaded have 0 in their padding, and so what is multiplied by them.
  cases: (subject) => [{ rows: 5 }, ...(weightsClaim(subject) === 'none' ? [] : [{ rows: 5, weights: 'none' }])],
  async run({ subject, judge }, { rows, weights }) {
    const [make, draw] = weights === 'none' ? [plainHeadOf, plainBatchFor] : [headOf, batchFor];
    const head = make(subject);
    const batch = draw(subject, head, rows);
    const { labels, features } = tensorsOf(batch);
    const [n, inputs, k] = [stepsOf(batch), 3, widthOf(batch)];
    const small = (seed: number, shape: readonly number[]): { shape: readonly number[]; values: number[] } => ({
      shape,
      values: drawValues(seed, shape, 'real').map((value) => value / 4),
    });
    const x = await made(small(5, [n, inputs]), exp); // takes the 0 of the padding to 1
    const kernel = tensorOf(small(6, [inputs, k]));
    const run = product(x.tensor);
    const logitsOf = (given: Tensor): Logits => asLogits(run(given), batch.logits);
    const actual = grad((given) => head.loss(labels, logitsOf(given), { features }))(kernel);
    const gradient = await readNumbers(gradientOf(head, { labels, features, logits: logitsOf(kernel) }));
    const byPlace = withLogits(batch, (_, place) => gradient[place] as number).logits;
    // Side by side, as the kernel's columns are.
    const g = Array.from({ length: n }, (_, row) =>
      partsOf(byPlace).flatMap(([, { shape, values }]) =>
        values.slice(row * (shape.at(-1) as number), (row + 1) * (shape.at(-1) as number)),
      ),
    ).flat();
    const term = (row: number, i: number, j: number): number =>
      (x.values.values[row * inputs + i] as number) * (g[row * k + j] as number);
    const terms = Array.from({ length: inputs * k }, (_, at) =>
      Array.from({ length: n }, (__, row) => term(row, Math.floor(at / k), at % k)),
    );
    const total = (values: readonly number[]): number => values.reduce((soFar, value) => soFar + value, 0);
    const expected = { shape: kernel.shape, values: terms.map(total) };
    const scale = terms.map((column) => total(column.map(Math.abs)));
    await judge.tensorNear('the gradient of the kernel', actual, expected, { k: ULPS.REDUCE, scale });
  },
});
