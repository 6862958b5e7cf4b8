import { add, concat, type Scalar, split, sub, Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Head, Metric } from '@tfjs-heads/head-api';
import { subjects } from '../../src/heads.js';
import type { HeadOptions, Subject } from '../../src/index.js';
import { breakHead, right as regression, type BrokenHeads, type Methods } from './broken-head.js';
import { constant } from './gradients.js';

const twoHeads: Subject = subjects.MultiHead as Subject;

/** A MultiHead with some methods replaced. */
const breakMultiHead = (change: (methods: Methods, options: HeadOptions) => Partial<Methods>): Subject =>
  breakHead(change, {}, twoHeads);

/** The same head with weights of 1. */
function unweighted(options: HeadOptions): Head {
  return twoHeads.create({ ...options, headWeights: [1, 1] });
}

/** MultiHeads with one fault. */
export const wrongHeadsOfHeads: BrokenHeads = {
  NoHeadWeights: {
    wrong: 'the loss of a MultiHead is the sum of the losses of its heads, whatever their weights',
    caughtBy: 'golden:loss:inputs=drawn,rows=5,logits=map,weights=rows,head-weights=1-and-0.5,reduction=sum',
    says: 'the loss',
    subject: { ...twoHeads, create: unweighted },
  },
  PartsTurnedRound: {
    wrong: 'a MultiHead gives the first logits of one tensor to the last head',
    caughtBy: 'golden:loss:inputs=drawn,rows=5,logits=one,weights=none,head-weights=none',
    says: 'the loss',
    subject: breakMultiHead(({ loss }) => ({
      loss(labels, logits, options) {
        if (!(logits instanceof Tensor)) return loss(labels, logits, options);
        const [first, others] = split(logits, [1, 2], -1) as [Tensor, Tensor];
        return loss(labels, concat([others, first], -1), options);
      },
    })),
  },
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
  WeightedLossMetric: {
    wrong: 'the metric loss/<head> of a MultiHead is of losses times the weight of the head',
    caughtBy: 'golden:evaluation:batches=3,logits=map,weights=none',
    says: 'the metric loss/chance',
    subject: breakMultiHead(({ metrics }) => ({
      metrics: (options) => {
        const all = metrics(options);
        const metric = all['loss/chance'] as Metric;
        const right = metric.result.bind(metric);
        return { ...all, 'loss/chance': Object.assign(metric, { result: async () => (await right()) / 2 }) };
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
  MeanTwice: {
    wrong: 'the mean loss of a MultiHead is twice what it should be, its gradient is right',
    caughtBy: 'law:gradient-is-slope:rows=3,reduction=sum_over_batch_size',
    says: 'the gradient',
    subject: breakMultiHead(({ loss }, { lossReduction }) => ({
      loss(...args) {
        const mean = loss(...args);
        return lossReduction === 'sum' ? mean : add(mean, constant(mean));
      },
    })),
  },
  MissingLabels: {
    wrong: 'labels that a MultiHead is not given for one of its heads are 0',
    caughtBy: 'law:errors:code=LABELS_MISSING',
    says: 'loss with undefined for labels of chance: got no error',
    subject: breakMultiHead(({ loss, updateMetrics }) => ({
      loss: (labels, ...others) => loss(zerosWhereMissing(labels, 'chance'), ...others),
      updateMetrics: (metrics, features, logits, labels, options) =>
        updateMetrics(metrics, features, logits, zerosWhereMissing(labels, 'chance'), options),
    })),
  },
  MissingLogits: {
    wrong: 'a MultiHead predicts from logits of 0 where it is not given those of one of its heads',
    caughtBy: 'law:errors:code=LOGITS_MISSING',
    says: 'predictions with undefined for logits of chance: got no error',
    subject: breakMultiHead(({ predictions }) => ({
      predictions: (logits, keys) => predictions(zerosWhereMissing(logits, 'chance'), keys),
    })),
  },
  BatchMetricsOfRows: {
    wrong: 'a RegressionHead that claims metrics of its rows to be means over batches',
    caughtBy: 'law:batch-metrics-are-means:rows=1-and-4',
    says: "the metric 'average_loss'",
    subject: { ...regression, batchMetrics: ['average_loss', 'prediction/mean', 'label/mean'] },
  },
};

/** A map with zeros in place of what it lacks of a head of one logit; what is no map is left alone. */
function zerosWhereMissing(given: Tensor, name: string): Tensor {
  const parts = (given instanceof Tensor ? {} : (given ?? {})) as Readonly<Record<string, Tensor | undefined>>;
  const other = Object.values(parts).find((part) => part !== undefined && !part.isDisposed);
  if (other === undefined || parts[name] !== undefined) return given;
  return { ...parts, [name]: zeros([...other.shape.slice(0, -1), 1]) } as unknown as Tensor;
}
