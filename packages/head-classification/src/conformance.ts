import type { Head } from '@tfjs-heads/head-api';
import { BinaryClassHead, type BinaryClassHeadOptions } from './binary-class-head.js';
import { MultiClassHead, type MultiClassHeadOptions } from './multi-class-head.js';
import { MultiLabelHead, type MultiLabelHeadOptions } from './multi-label-head.js';

/** A head and what it claims: plain data that conformance-kit takes for a `Subject`. It is not imported, or every user of the heads would install it. */
interface ClassificationSubject<Options> {
  readonly create: (options: Options) => Head;
  readonly labels: 'probability' | 'class';
  readonly weightOfZero: 'removes';
  readonly goldens: { readonly href: string };
  readonly labelsOutOfRange: readonly number[];
  readonly metrics: readonly string[];
  readonly predictions: Readonly<
    Record<string, { readonly lastDimension: number; readonly dtype: 'float32' | 'int32' | 'string' }>
  >;
}

const CLASSES = 3;
const LABELS = 4;

const oneOf = (n: number): ClassificationSubject<never>['predictions'] => ({
  probabilities: { lastDimension: n, dtype: 'float32' },
  class_ids: { lastDimension: 1, dtype: 'int32' },
  classes: { lastDimension: 1, dtype: 'string' },
  all_class_ids: { lastDimension: n, dtype: 'int32' },
  all_classes: { lastDimension: n, dtype: 'string' },
});

/**
 * The heads of this package as subjects of the conformance suite.
 *
 * @example
 * for (const [name, { create, ...claims }] of Object.entries(classificationSubjects)) describeConformance(create, { name, ...claims });
 */
export const classificationSubjects: {
  readonly BinaryClassHead: ClassificationSubject<BinaryClassHeadOptions>;
  readonly MultiClassHead: ClassificationSubject<Partial<MultiClassHeadOptions>>;
  readonly MultiLabelHead: ClassificationSubject<Partial<MultiLabelHeadOptions>>;
} = {
  BinaryClassHead: {
    create: (options) => new BinaryClassHead(options),
    goldens: new URL('../goldens/binary-class-head.json', import.meta.url),
    labels: 'probability',
    weightOfZero: 'removes',
    labelsOutOfRange: [-0.5, 1.5],
    metrics: [
      'average_loss',
      'accuracy',
      'precision',
      'recall',
      'prediction/mean',
      'label/mean',
      'accuracy_baseline',
      'auc',
      'auc_precision_recall',
    ],
    predictions: {
      logits: { lastDimension: 1, dtype: 'float32' },
      logistic: { lastDimension: 1, dtype: 'float32' },
      ...oneOf(2),
    },
  },
  MultiClassHead: {
    create: (options) => new MultiClassHead({ nClasses: CLASSES, ...options }),
    goldens: new URL('../goldens/multi-class-head.json', import.meta.url),
    labels: 'class',
    weightOfZero: 'removes',
    labelsOutOfRange: [-1, CLASSES],
    metrics: ['average_loss', 'accuracy'],
    predictions: { logits: { lastDimension: CLASSES, dtype: 'float32' }, ...oneOf(CLASSES) },
  },
  MultiLabelHead: {
    create: (options) => new MultiLabelHead({ nClasses: LABELS, ...options }),
    goldens: new URL('../goldens/multi-label-head.json', import.meta.url),
    labels: 'probability',
    weightOfZero: 'removes',
    labelsOutOfRange: [-0.5, 1.5],
    metrics: ['average_loss', 'auc', 'auc_precision_recall'],
    predictions: {
      logits: { lastDimension: LABELS, dtype: 'float32' },
      probabilities: { lastDimension: LABELS, dtype: 'float32' },
      classes: { lastDimension: LABELS, dtype: 'string' },
    },
  },
};
