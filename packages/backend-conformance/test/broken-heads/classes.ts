import {
  add,
  argMax,
  cast,
  concat,
  exp,
  expandDims,
  greaterEqual,
  log,
  logSumExp,
  mul,
  neg,
  oneHot,
  reshape,
  reverse,
  sigmoid,
  softplus,
  sub,
  sum,
  tensor,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Predictions, SparseTensor } from '@tfjs-heads/head-api';
import { MultiClassHead, MultiLabelHead } from '@tfjs-heads/head-classification';
import { customLoss, type CustomLoss, isSparseTensor, LabelRange } from '@tfjs-heads/head-kit';
import { subjects } from '../../src/heads.js';
import type { HeadOptions, Subject } from '../../src/index.js';
import { breakHead, type BrokenHeads } from './broken-head.js';

const oneOfTwo: Subject = subjects.BinaryClassHead as Subject;
const oneOfSome: Subject = subjects.MultiClassHead as Subject;
const someOfMany: Subject = subjects.MultiLabelHead as Subject;

/** What all these heads are made with unless goldens say so. */
const CLASSES = { MultiClassHead: 3, MultiLabelHead: 4 };

/** Some predictions replaced, where they are asked for. */
function predicting(change: (logits: Tensor) => Predictions, of: Subject): Subject {
  return breakHead(
    ({ predictions }) => ({
      predictions(logits, keys) {
        const all: Predictions = predictions(logits, keys);
        const changed = Object.entries(change(logits)).filter(([key]) => key in all);
        return { ...all, ...Object.fromEntries(changed) } as Record<string, Tensor>;
      },
    }),
    {},
    of,
  );
}

/** The logits of the classes that labels are the ids of. */
function chosen(labels: Tensor, logits: Tensor): Tensor {
  const ids = cast(reshape(labels, [-1]), 'int32');
  const isLabel = oneHot(ids, logits.shape.at(-1) as number);
  return sum(mul(logits, reshape(isLabel, logits.shape)), -1, true);
}

class NoShift extends MultiClassHead {
  protected override readonly elementLoss: CustomLoss = customLoss(
    ({ labels, logits }) => sub(log(sum(exp(logits), -1, true)), chosen(labels, logits)),
    { labelsPerRow: () => 1, lossesPerRow: () => 1 },
  );
}

/** What is masked is multiplied by 0. */
class MultipliesMasks extends MultiClassHead {
  protected override readonly elementLoss: CustomLoss = customLoss(
    ({ labels, logits }) => sub(logSumExp(logits, -1, true), chosen(labels, logits)),
    { labelsPerRow: () => 1, lossesPerRow: () => 1 },
  );
}

/** Words get ids as they come. */
class OwnVocabulary extends MultiClassHead {
  protected override checkLabels(labels: Tensor, logits: Tensor): Tensor {
    if (labels.dtype !== 'string') return super.checkLabels(labels, logits);
    const words = [...(labels.dataSync() as unknown as readonly string[])];
    const seen = [...new Set(words)];
    return tensor(
      words.map((word) => seen.indexOf(word)),
      labels.shape,
      'int32',
    );
  }
}

/** A probability of 0.7 is class 0 then. */
class FloatIds extends MultiClassHead {
  protected override checkLabels(labels: Tensor, logits: Tensor): Tensor {
    return super.checkLabels(labels.dtype === 'float32' ? cast(labels, 'int32') : labels, logits);
  }
}

class SumsClasses extends MultiLabelHead {
  protected override readonly elementLoss: CustomLoss = customLoss(
    ({ labels, logits }) => sum(add(mul(logits, sub(1, labels)), softplus(neg(logits))), -1, true),
    { lossesPerRow: () => 1 },
  );
}

/** How often a row of the logits has each class, by what is said to be the class of an entry of sparse labels. */
function counted(
  { indices, values }: SparseTensor,
  { shape, size }: Tensor,
  classOf: (id: number, place: number) => number,
): Tensor {
  const [k, counts] = [shape.at(-1) as number, new Float32Array(size)];
  const places = indices.arraySync() as [row: number, place: number][];
  const ids = values.dataSync();
  places.forEach(([row, place], i) => {
    const at = row * k + classOf(ids[i] as number, place);
    counts[at] = (counts[at] as number) + 1;
  });
  return tensor(counts, shape);
}

class CountsTwice extends MultiLabelHead {
  protected override readonly labelRange: LabelRange = new LabelRange({ min: 0, max: 2 });

  protected override checkLabels(labels: Tensor | SparseTensor, logits: Tensor): Tensor {
    return isSparseTensor(labels) ? counted(labels, logits, (id) => id) : super.checkLabels(labels, logits);
  }
}

class PlacesAreIds extends MultiLabelHead {
  protected override checkLabels(labels: Tensor | SparseTensor, logits: Tensor): Tensor {
    return isSparseTensor(labels) ? counted(labels, logits, (_, place) => place) : super.checkLabels(labels, logits);
  }
}

type Make<H> = new (options: HeadOptions & { readonly nClasses: number }) => H;

const some = (Broken: Make<MultiClassHead>): Subject => ({
  ...oneOfSome,
  create: (options) => new Broken({ nClasses: CLASSES.MultiClassHead, ...options }),
});

const many = (Broken: Make<MultiLabelHead>): Subject => ({
  ...someOfMany,
  create: (options) => new Broken({ nClasses: CLASSES.MultiLabelHead, ...options }),
});

/** Heads of classes whose loss or predictions are others. */
export const wrongClasses: BrokenHeads = {
  AtZero: {
    wrong: 'a BinaryClassHead that predicts class 1 where the logit is 0',
    caughtBy: 'golden:predictions:inputs=soft',
    says: 'the prediction class_ids',
    subject: predicting((logits) => ({ class_ids: cast(greaterEqual(logits, 0), 'int32') }), oneOfTwo),
  },
  PositiveFirst: {
    wrong: 'a BinaryClassHead with the probability of class 1 before that of class 0',
    caughtBy: 'golden:predictions:inputs=45-and-minus-41',
    says: 'the prediction probabilities',
    subject: predicting((x) => ({ probabilities: concat([sigmoid(x), sigmoid(neg(x))], -1) }), oneOfTwo),
  },
  NoShift: {
    wrong: 'a MultiClassHead whose softmax takes exponentials without subtracting the largest logit',
    caughtBy: 'golden:loss:inputs=extreme',
    says: 'the loss',
    subject: some(NoShift),
  },
  MultipliesMasks: {
    wrong:
      'a MultiClassHead that multiplies logits by 1 and 0 to choose that of the label: with a mask, 0 times minus infinity',
    caughtBy: 'law:masked-logits:rows=3',
    says: 'at minus infinity[0]: got NaN',
    subject: some(MultipliesMasks),
  },
  DividesByLogits: {
    wrong: 'a MultiClassHead whose mean is over the logits, not over the rows',
    caughtBy: 'law:mean-is-sum-over-size:rows=33',
    says: 'the mean',
    subject: breakHead(
      ({ loss }, { lossReduction }) => ({
        loss: (labels, logits, options) => mul(loss(labels, logits, options), lossReduction === 'sum' ? 1 : 1 / 3),
      }),
      {},
      oneOfSome,
    ),
  },
  LastOfEquals: {
    wrong: 'a MultiClassHead that predicts the last of the largest logits',
    caughtBy: 'golden:predictions:inputs=ties',
    says: 'the prediction class_ids',
    subject: predicting((logits) => {
      const fromEnd = argMax(reverse(logits, -1), -1);
      return { class_ids: cast(expandDims(sub((logits.shape.at(-1) as number) - 1, fromEnd), -1), 'int32') };
    }, oneOfSome),
  },
  CountsFromOne: {
    wrong: 'a MultiClassHead whose class_ids count from 1',
    caughtBy: 'golden:predictions:inputs=10-and-0',
    says: 'the prediction class_ids',
    subject: predicting(
      (logits) => ({ class_ids: cast(add(expandDims(argMax(logits, -1), -1), 1), 'int32') }),
      oneOfSome,
    ),
  },
  IdsForNames: {
    wrong: 'a MultiClassHead that calls classes by their ids, whatever the vocabulary',
    caughtBy: 'golden:predictions:inputs=words,shape=5x3,weights=rows',
    says: 'the prediction classes',
    subject: predicting(
      (logits) => ({ classes: new MultiClassHead({ nClasses: CLASSES.MultiClassHead }).predictions(logits).classes }),
      oneOfSome,
    ),
  },
  OwnVocabulary: {
    wrong: 'a MultiClassHead that numbers the words of labels as they come, whatever the vocabulary',
    caughtBy: 'golden:loss:inputs=words,shape=5x3,weights=rows',
    says: 'the loss',
    subject: some(OwnVocabulary),
  },
  FloatIds: {
    wrong: 'a MultiClassHead that makes ids of labels of any number',
    caughtBy: 'law:errors:code=LABELS_DTYPE',
    says: 'loss with labels of dtype float32: got no error',
    subject: some(FloatIds),
  },
  SumsClasses: {
    wrong: 'a MultiLabelHead whose loss of a row is the sum over the classes, not their mean',
    caughtBy: 'golden:loss:inputs=10-and-15',
    says: 'the loss',
    subject: many(SumsClasses),
  },
  CountsTwice: {
    wrong: 'a MultiLabelHead to which a class that sparse labels name twice is a label of 2',
    caughtBy: 'golden:loss:inputs=sparse-ids,shape=3x3,weights=rows',
    says: 'the loss',
    subject: many(CountsTwice),
  },
  PlacesAreIds: {
    wrong: 'a MultiLabelHead that takes the places of sparse labels for ids',
    caughtBy: 'golden:loss:inputs=sparse-ids,shape=3x3,weights=rows',
    says: 'the loss',
    subject: many(PlacesAreIds),
  },
};
