import {
  add,
  cast,
  div,
  dot,
  getBackend,
  isNaN as isNotANumber,
  mean,
  mul,
  ones,
  range,
  reshape,
  scalar,
  squaredDifference,
  sum,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { WEIGHT } from '@tfjs-heads/conformance-kit';
import { breakHead, type BrokenHeads } from './broken-head.js';

/** Heads whose loss is another number. */
export const wrongLosses: BrokenHeads = {
  DividesByWeights: {
    wrong: 'the mean is over the sum of the weights',
    caughtBy: 'law:weight-zero-is-row-removed:reduction=sum_over_batch_size,rows=4',
    says: 'the loss',
    subject: breakHead(({ loss }, { lossReduction }) => ({
      loss(labels, logits, options) {
        const weights = options?.features?.[WEIGHT];
        const right = loss(labels, logits, options);
        if (weights === undefined || lossReduction === 'sum') return right;
        return mul(right, div(logits.size, add(sum(weights as Tensor), 1e-12)));
      },
    })),
  },
  DividesZeroByZero: {
    wrong: 'divides by the sum of the weights unguarded, and multiplies it back',
    caughtBy: 'law:all-zero-weights:reduction=sum,rows=3',
    says: 'got NaN, expected 0',
    subject: breakHead(({ loss }) => ({
      loss(labels, logits, options) {
        const weights = options?.features?.[WEIGHT];
        const right = loss(labels, logits, options);
        if (weights === undefined) return right;
        const total = sum(weights as Tensor);
        return mul(div(right, total), total);
      },
    })),
  },
  MultipliesNaN: {
    wrong: 'multiplies by a weight of 0 what is NaN, though it claims to leave it out',
    caughtBy: 'law:not-finite-at-weight-zero:rows=5',
    says: 'the loss where rows of weight 0 have logits of NaN, Infinity, -Infinity, uploaded',
    subject: breakHead(({ loss }) => ({
      loss(labels, logits, options) {
        const weights = options?.features?.[WEIGHT];
        const right = loss(labels, logits, options);
        if (weights === undefined) return right;
        return add(right, mul(0, sum(mul(reshape(weights as Tensor, [logits.shape[0] as number, -1]), logits))));
      },
    })),
  },
  IgnoresWeights: {
    wrong: 'takes a weight column, and no notice of it',
    caughtBy: 'law:weights-weigh:rows=5',
    says: 'the loss',
    subject: breakHead(({ loss }) => ({
      loss(labels, logits, options) {
        const rows = logits.shape.slice(0, -1);
        return loss(labels, logits, { ...options, features: { [WEIGHT]: ones(rows) } });
      },
    })),
  },
  IgnoresReduction: {
    wrong: 'always means, whatever lossReduction says',
    caughtBy: 'law:mean-is-sum-over-size:rows=33',
    says: 'the mean',
    subject: breakHead(({ loss }, { lossReduction }) => ({
      loss(labels, logits, options) {
        const right = loss(labels, logits, options);
        return lossReduction === 'sum' ? div(right, logits.size) : right;
      },
    })),
  },
  SwallowsNaN: {
    wrong: 'makes 0 of a loss that is NaN',
    caughtBy: 'law:nan-stays:rows=5',
    says: 'the loss',
    subject: breakHead(({ loss }) => ({
      loss(labels, logits, options) {
        const right = loss(labels, logits, options);
        return where(isNotANumber(right), zerosLike(right), right);
      },
    })),
  },
  OneElement: {
    wrong: 'the loss has the shape [1]',
    caughtBy: 'law:loss-is-scalar:rows=3',
    says: 'the shape of the loss: got [1]',
    subject: breakHead(({ loss }) => ({ loss: (...args) => reshape(loss(...args), [1]) as Tensor as Scalar })),
  },
  WholeNumbers: {
    wrong: 'the loss is int32',
    caughtBy: 'law:loss-is-scalar:rows=3',
    says: 'the dtype of the loss',
    subject: breakHead(({ loss }) => ({ loss: (...args) => cast(loss(...args), 'int32') })),
  },
  Broadcasts: {
    wrong: 'takes logits of any shape, and [N] with labels [N, 1] as [N, N]',
    caughtBy: 'law:errors:code=LOGITS_SHAPE',
    says: 'loss with logits of shape [3]: got no error',
    subject: breakHead(({ loss }) => ({
      loss(labels, logits, options) {
        const isShaped = (logits as Tensor | undefined)?.rank !== 1;
        return isShaped ? loss(labels, logits, options) : mean(squaredDifference(labels, logits));
      },
    })),
  },
  LargeBatches: {
    wrong: 'off by 1e-4, but only from 128 rows on',
    caughtBy: 'law:repeated-batch:times=64',
    says: 'the loss',
    subject: breakHead(({ loss }) => ({
      loss: (labels, logits, options) => mul(loss(labels, logits, options), logits.size < 128 ? 1 : 1.0001),
    })),
  },
  RowByRow: {
    wrong: 'later rows count a little more',
    caughtBy: 'law:permutation:rows=5',
    says: 'the loss',
    subject: breakHead(({ loss }) => ({
      loss(labels, logits, options) {
        const noise = range(0, logits.size);
        return add(loss(labels, logits, options), mul(dot(reshape(logits, [-1]), noise), 1e-3));
      },
    })),
  },
  Remembers: {
    wrong: 'the loss grows a little with each call',
    caughtBy: 'law:same-twice:rows=5',
    says: 'the loss',
    subject: breakHead(({ loss }) => {
      let calls = 0;
      return { loss: (...args) => mul(loss(...args), scalar(1 + 1e-3 * calls++)) };
    }),
  },
  ReducesPenalties: {
    wrong: 'divides the regularization losses by the batch size',
    caughtBy: 'law:regularization-added:form=list',
    says: 'the loss',
    subject: breakHead(({ loss }) => ({
      loss(labels, logits, { regularizationLosses = [], ...options } = {}) {
        const penalties = typeof regularizationLosses === 'function' ? regularizationLosses() : regularizationLosses;
        return loss(labels, logits, {
          ...options,
          regularizationLosses: penalties.map((penalty) => div(penalty, logits.size)),
        });
      },
    })),
  },
  OnThisBackend: {
    wrong: 'off by 1e-4 on the backend under test, as a kernel of it may be',
    caughtBy: 'parity:outputs:rows=33',
    says: 'loss',
    subject: breakHead(({ loss }) => ({ loss: (...args) => mul(loss(...args), getBackend() === 'cpu' ? 1.0001 : 1) })),
  },
};
