import { keep, zeros, zerosLike } from '@tensorflow/tfjs-core';
import { breakHead, inMode, type BrokenHeads } from './broken-head.js';

/** Heads that compute rightly and cannot be lived with. */
export const wrongWithTensors: BrokenHeads = {
  Leaks: {
    wrong: 'each loss leaves a tensor behind',
    caughtBy: 'law:no-leak:use=loss',
    says: 'tensors',
    subject: breakHead(({ loss }) => ({
      loss(...args) {
        keep(zeros([3]));
        return loss(...args);
      },
    })),
  },
  LeaksOnError: {
    wrong: 'a refused batch leaves a tensor behind',
    caughtBy: 'law:errors:code=LABELS_SHAPE',
    says: 'tensors after loss',
    subject: breakHead(({ loss }) => ({
      loss(...args) {
        const scratch = keep(zeros([3]));
        const right = loss(...args);
        scratch.dispose();
        return right;
      },
    })),
  },
  DisposesLabels: {
    wrong: 'disposes the labels that it was given',
    caughtBy: 'law:inputs-kept:rows=5',
    says: 'labels',
    subject: breakHead(({ loss }) => ({
      loss(labels, ...rest) {
        const right = loss(labels, ...rest);
        labels.dispose();
        return right;
      },
    })),
  },
  PredictsItsInput: {
    wrong: 'the prediction is the very tensor of the logits',
    caughtBy: 'law:inputs-kept:rows=5',
    says: 'logits: disposed',
    subject: breakHead(() => ({ predictions: (logits) => ({ predictions: logits }) })),
  },
  Blocks: {
    wrong: 'the loss waits for the device',
    caughtBy: 'law:no-blocking-read:rows=5',
    says: 'blocking reads',
    subject: breakHead(({ loss }) => ({
      loss(labels, logits, options) {
        const right = loss(labels, logits, options);
        return right.dataSync()[0] === 0 ? zerosLike(right) : right;
      },
    })),
  },
  SpecLeaks: {
    wrong: 'a spec that is disposed keeps its loss',
    caughtBy: 'training:no-leak',
    says: 'tensors after 20 steps',
    subject: breakHead(({ createEstimatorSpec }) => ({
      createEstimatorSpec(args) {
        const spec = createEstimatorSpec(args);
        if ('loss' in spec) keep(spec.loss.clone());
        return spec;
      },
    })),
  },
  LostWithTheTidy: {
    wrong: 'the loss of a spec goes with the tidy that the spec was made in',
    caughtBy: 'law:spec-disposed:mode=eval',
    says: 'a tensor of the spec is gone with the tidy',
    subject: breakHead(inMode('eval', ({ loss }) => ({ loss: loss.clone() }))),
  },
};
