import { grad, stack, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { tensorOf, tensorsOf, WEIGHT, type Batch } from '../../batch.js';
import type { Values } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import type { NamedSubject } from '../../subject.js';
import { batchOf, headOf, labelsOf, weightsOf } from './claims.js';
import { valuesOf } from '../outcome.js';
import { nearSlopes, PLACES, STEP, termOf, type Stencil } from './slope.js';

/** Labels that cannot be moved have no slope. */
const movable = (subject: NamedSubject): readonly { of: 'labels' | 'weights' }[] => [
  ...(['real', 'positive', 'probability'].includes(labelsOf(subject)) ? [{ of: 'labels' as const }] : []),
  ...(weightsOf(subject) === 'none' ? [] : [{ of: 'weights' as const }]),
];

/** A loss with a gradient of its own says nothing of its other inputs, unless somebody thought of them. */
export const gradientOfInputs: Check = {
  states: 'The gradient with respect to labels or weights is right, or an error; it is not silently another one.',
  needs: ['float32'],
  cases: movable,
  async run({ subject, judge, backend }, { of }) {
    const head = headOf(subject);
    const situationOf = (draw: number): { batch: Batch; moved: Values; lossOf: (given: Tensor) => Scalar } => {
      const drawn = batchOf(subject, head, 2, 1 + 20 * draw);
      const batch: Batch = { ...drawn, labels: { ...drawn.labels, values: drawn.labels.values.map(() => 0.5) } };
      const { logits, labels, features } = tensorsOf(subject, batch);
      const lossOf = (given: Tensor): Scalar =>
        of === 'labels' ? head.loss(given, logits, { features }) : head.loss(labels, logits, { features: { ...features, [WEIGHT]: given } });
      return { batch, moved: (of === 'labels' ? batch.labels : batch.weights) as Values, lossOf };
    };
    try {
      const { moved, lossOf } = situationOf(0);
      grad(lossOf)(tensorOf(moved)).dispose();
    } catch {
      return; // An error is an answer too.
    }
    await nearSlopes(judge, `the gradient of the ${of as string}`, backend.unit, async (draw) => {
      const { batch, moved, lossOf } = situationOf(draw);
      const losses = moved.values.flatMap((_, place) =>
        PLACES.map((steps) => lossOf(tensorOf({ ...moved, values: moved.values.map((value, i) => (i === place ? value + steps * STEP : value)) }))),
      );
      const all = await valuesOf(stack(losses));
      const stencils = moved.values.map((_, i) => all.slice(i * PLACES.length, (i + 1) * PLACES.length) as unknown as Stencil);
      return { actual: await valuesOf(grad(lossOf)(tensorOf(moved))), stencils, term: termOf(batch) };
    });
  },
};
