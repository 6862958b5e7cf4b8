import { add, clone, matMul, relu, stack, variable, type Scalar, type Tensor2D, type Variable } from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import type { Check } from '../check.js';
import { inputOf } from '../../goldens/values.js';
import { batchOf, goldenOf, headOf } from './load-case.js';
import { near, tensorNear } from './near.js';
import { optimizerOf } from './optimizer.js';
import { inMode } from './spec.js';

export const training: Check = {
  states: 'A network trained by an optimizer of tfjs has the golden losses and ends in the golden variables.',
  cases: (_, goldens) => goldens?.trainings.map(({ parameters }) => parameters) ?? [],
  async run({ subject, goldens, judge }, parameters) {
    const golden = goldenOf(goldens?.trainings, parameters);
    const head = headOf(subject, golden.options);
    const { logits: inputs, labels, features } = batchOf(subject, { ...golden, logits: golden.inputs });
    const variables = golden.start.map((each) => variable(tensorOf(inputOf(each)))) as [Variable, Variable, Variable, Variable];
    const [kernel1, bias1, kernel2, bias2] = variables;
    const logits = (): Tensor2D => {
      const hidden = relu(add(matMul(inputs, kernel1), bias1));
      return add(matMul(hidden, kernel2), bias2);
    };
    const optimizer = optimizerOf(golden.optimizer);
    const losses: Scalar[] = [];
    for (let step = 0; step < golden.steps; step++) {
      const spec = inMode(judge, 'train', head.createEstimatorSpec({ mode: 'train', features, labels, logits, optimizer, trainableVariables: variables }));
      spec.trainOp();
      losses.push(clone(spec.loss));
      spec.dispose();
    }
    // Read all at once: on a GPU each read waits for everything before it.
    near(judge, 'the losses', await stack(losses).data(), golden.losses);
    const names = ['the kernel of the hidden layer', 'its bias', 'the last kernel', 'the last bias'];
    for (const [i, each] of variables.entries()) await tensorNear(judge, names[i] as string, each, golden.start[i]?.shape ?? [], golden.end[i] ?? golden.losses);
    optimizer.dispose();
  },
};
