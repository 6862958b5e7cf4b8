import { add, engine, getBackend, keep, mul, zeros, zerosLike } from '@tensorflow/tfjs-core';
import type { EstimatorSpecArgs, GradientOptimizer } from '@tfjs-heads/head-api';
import { beforeAll, expect, it } from 'vitest';
import { startForSuite } from '@tfjs-heads/conformance-kit';
import { runCases, suiteOf, type BackendRecord, type Subject } from '../src/index.js';
import { breakHead, inMode, type Methods } from './broken-heads/broken-head.js';

let record: BackendRecord;
beforeAll(async () => {
  const started = await startForSuite('cpu');
  if ('unavailable' in started) throw new Error(started.unavailable);
  ({ record } = started);
});

/** What a training check says of a head, of the first case that fails. */
async function complaint(subject: Subject, check: string): Promise<string | undefined> {
  const suite = await suiteOf({ Head: subject });
  const cases = suite.cases.filter((testCase) => testCase.family === 'training' && testCase.check === check);
  for await (const { message } of runCases({ suite, cases, backend: record, expectations: [] }))
    if (message !== undefined) return message;
  return undefined;
}

type Gradients = readonly { name: string; tensor: Parameters<typeof zerosLike>[0] }[];

/** What becomes of a step's gradients on their way to the optimizer. */
const withGradients = (
  change: (gradients: Gradients, apply: (gradients: Gradients) => void, args: EstimatorSpecArgs) => void,
) =>
  breakHead(({ createEstimatorSpec }: Methods) => ({
    createEstimatorSpec(args) {
      const { optimizer } = args;
      if (optimizer === undefined) return createEstimatorSpec(args);
      const apply = (gradients: Gradients): void =>
        optimizer.applyGradients([...gradients] as Parameters<GradientOptimizer['applyGradients']>[0]);
      return createEstimatorSpec({
        ...args,
        optimizer: { applyGradients: (given) => change(given as Gradients, apply, args) },
      });
    },
  }));

let steps = 0;

it.each<{ wrong: string; subject: Subject; check: string; says: string }>([
  {
    wrong: 'is wrong in the last of ten steps, whose loss is that before it,',
    subject: withGradients((gradients, apply) => {
      const isLast = getBackend() === 'cpu' && ++steps % 10 === 0;
      apply(isLast ? gradients.map(({ name, tensor }) => ({ name, tensor: mul(tensor, 1.1) })) : gradients);
    }),
    check: 'curve',
    says: 'variable',
  },
  {
    wrong: 'is wrong with weights alone, on the backend under test,',
    subject: breakHead(({ loss }, { weightColumn }) => ({
      loss: (...args) => mul(loss(...args), weightColumn !== undefined && getBackend() === 'cpu' ? 1.001 : 1),
    })),
    check: 'curve',
    says: 'the losses',
  },
  {
    wrong: 'leaks where a step is given up',
    subject: breakHead(
      inMode('train', ({ trainOp }) => {
        const scratch = keep(zeros([1]));
        return {
          trainOp() {
            scratch.dispose();
            return trainOp();
          },
        };
      }),
    ),
    check: 'no-leak',
    says: 'tensors after 20 steps',
  },
  {
    wrong: 'forgets the last variable',
    subject: withGradients((gradients, apply) =>
      apply(
        gradients.map(({ name, tensor }, i, { length }) => ({
          name,
          tensor: i === length - 1 ? zerosLike(tensor) : tensor,
        })),
      ),
    ),
    check: 'others-stand-still',
    says: 'the trainable variables that did not change',
  },
  {
    wrong: 'changes variables that it was not given',
    subject: withGradients((gradients, apply, { trainableVariables = [] }) => {
      apply(gradients);
      for (const other of Object.values(engine().registeredVariables))
        if (!trainableVariables.includes(other)) other.assign(add(other, 1));
    }),
    check: 'others-stand-still',
    says: 'which stands still',
  },
  {
    wrong: 'calls the optimizer for each variable',
    subject: withGradients((gradients, apply) => gradients.forEach((gradient) => apply([gradient]))),
    check: 'others-stand-still',
    says: 'the updates',
  },
])('a head that $wrong is found', async ({ subject, check, says }) => {
  expect(await complaint(subject, check)).toContain(says);
});
