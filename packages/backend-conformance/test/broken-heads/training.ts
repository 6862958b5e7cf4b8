import { mul, scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { EstimatorSpec, EstimatorSpecArgs, GradientOptimizer, TrainSpec } from '@tfjs-heads/head-api';
import { breakHead, type BrokenHeads, type Methods } from './broken-head.js';

/** The arguments of specs replaced. */
function withArgs(
  change: (args: EstimatorSpecArgs<Tensor, Tensor>) => Partial<EstimatorSpecArgs<Tensor, Tensor>>,
): (methods: Methods) => Partial<Methods> {
  return ({ createEstimatorSpec }) => ({
    createEstimatorSpec: (args) => createEstimatorSpec({ ...args, ...change(args) }),
  });
}

/** The training step replaced. */
function withTrainOp(change: (spec: TrainSpec) => () => unknown): (methods: Methods) => Partial<Methods> {
  return ({ createEstimatorSpec }) => ({
    createEstimatorSpec(args): EstimatorSpec {
      const spec = createEstimatorSpec(args);
      if (spec.mode !== 'train') return spec;
      const trainOp = change(spec);
      return { ...spec, trainOp, dispose: () => spec.dispose() };
    },
  });
}

/** Heads with the right numbers that do not train with them. */
export const wrongTraining: BrokenHeads = {
  Twice: {
    wrong: 'trainOp applies the gradients twice',
    caughtBy: 'training:one-step:with=nothing',
    says: 'variable 0',
    subject: breakHead(withArgs(({ optimizer }) => (optimizer === undefined ? {} : { optimizer: twice(optimizer) }))),
  },
  Eager: {
    wrong: 'variables change when the spec is made, not when trainOp is called',
    caughtBy: 'training:others-stand-still',
    says: 'the updates before trainOp',
    subject: breakHead(
      withTrainOp((spec) => {
        const result = spec.trainOp();
        return () => result;
      }),
    ),
  },
  NoPenalty: {
    wrong: 'trains on the loss without its regularization',
    caughtBy: 'training:one-step:with=regularization',
    says: 'the loss of the step',
    subject: breakHead(withArgs(() => ({ regularizationLosses: undefined }))),
  },
  AloneInTheWorld: {
    wrong: 'takes no notice of numReplicasInSync',
    caughtBy: 'law:spec-train:reduction=sum_over_batch_size,replicas=2',
    says: 'the variable',
    subject: breakHead(withArgs(() => ({ numReplicasInSync: undefined }))),
  },
  WarmsUp: {
    wrong: 'keeps a count of steps, and scales the loss by it',
    caughtBy: 'training:resumed',
    says: 'the losses',
    subject: breakHead(({ loss }) => {
      let steps = 0;
      const warm = (): number => Math.min(1, 0.5 + 0.1 * steps);
      return {
        loss(labels, logits, options) {
          if (options?.mode === 'train') steps++;
          return mul(loss(labels, logits, options), scalar(warm()));
        },
      };
    }),
  },
  ForgetsUpdateOps: {
    wrong: 'trainOp leaves out the update ops',
    caughtBy: 'law:spec-train-op-fn',
    says: 'what ran',
    subject: breakHead(withArgs(() => ({ updateOps: undefined }))),
  },
};

function twice(optimizer: GradientOptimizer): GradientOptimizer {
  return {
    applyGradients(gradients) {
      optimizer.applyGradients(gradients);
      optimizer.applyGradients(gradients);
    },
  };
}
