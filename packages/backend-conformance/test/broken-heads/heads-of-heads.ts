import { add, sub, type Scalar } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { MultiHead } from '@tfjs-heads/head-multi';
import { subjects } from '../../src/heads.js';
import type { HeadOptions, Subject } from '../../src/index.js';
import { breakHead, type BrokenHeads, type Methods } from './broken-head.js';
import { constant } from './gradients.js';

const twoHeads: Subject = subjects.MultiHead as Subject;

/** A MultiHead with some methods replaced. */
const breakMultiHead = (change: (methods: Methods, options: HeadOptions) => Partial<Methods>): Subject =>
  breakHead(change, {}, twoHeads);

/** The heads of it with weights of 1. */
function unweighted(options: HeadOptions): Pick<Methods, 'loss'> {
  const { heads } = twoHeads.create(options) as unknown as MultiHead;
  return new MultiHead({ heads }) as unknown as Head as Pick<Methods, 'loss'>;
}

/** MultiHeads with one fault. */
export const wrongHeadsOfHeads: BrokenHeads = {
  UnweightedGradient: {
    wrong: 'the weights of the heads are in the loss of a MultiHead and not in its gradient',
    caughtBy: 'law:gradient-is-slope:rows=3',
    says: 'the gradient',
    subject: breakMultiHead(({ loss }, options) => ({
      loss(...args) {
        const [right, all] = [loss(...args), unweighted(options).loss(...args)];
        return add(all, constant(sub(right, all))) as Scalar;
      },
    })),
  },
  LastBatchOnly: {
    wrong:
      'metrics of the heads of a MultiHead are of the last batch alone, as the original gives them outside of an Estimator',
    caughtBy: 'law:metrics-split:rows=5',
    says: "the metric 'average_loss/numbers'",
    subject: breakMultiHead(({ updateMetrics }) => ({
      updateMetrics(metrics, ...batch) {
        for (const [key, metric] of Object.entries(metrics)) if (!key.startsWith('loss/')) metric.reset();
        return updateMetrics(metrics, ...batch);
      },
    })),
  },
  PenaltyPerHead: {
    wrong: 'the regularization losses are added once for each head of a MultiHead',
    caughtBy: 'law:regularization-added:form=list',
    says: 'the loss',
    subject: breakMultiHead(({ loss }) => ({
      loss(labels, logits, options) {
        const right = loss(labels, logits, options);
        const without = loss(labels, logits, { ...options, regularizationLosses: undefined });
        return add(right, sub(right, without));
      },
    })),
  },
  LastHeadFirst: {
    wrong: 'the predictions of the last head of a MultiHead come first',
    caughtBy: 'law:predictions-as-claimed:rows=3',
    says: 'keys',
    subject: breakMultiHead(({ predictions }) => ({
      predictions(...args) {
        const all: Readonly<Record<string, unknown>> = predictions(...args);
        return Object.fromEntries(Object.entries(all).toReversed()) as ReturnType<Methods['predictions']>;
      },
    })),
  },
};
