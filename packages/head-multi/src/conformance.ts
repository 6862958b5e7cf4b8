import type { Head } from '@tfjs-heads/head-api';
import type { BaseHeadOptions } from '@tfjs-heads/head-kit';
import { NumberHead, ProbabilityHead } from './conformance-heads.js';
import { MultiHead } from './multi-head.js';
import { SequentialHeadWrapper } from './sequential-head-wrapper.js';

/** What the suite asks of these heads. */
type HeadOptions = Omit<BaseHeadOptions, 'logitsDimension'>;

/** And what their goldens ask for. */
interface MultiOptions extends HeadOptions {
  readonly headWeights?: readonly number[];
}

interface SequentialOptions extends HeadOptions {
  readonly featureColumns?: readonly string[];
}

/** A head and what it claims: plain data that conformance-kit takes for a `Subject`. It is not imported, or every user of the heads would install it. */
interface MultiSubject<Options> {
  readonly create: (options: Options) => Head;
  readonly goldens: { readonly href: string };
  readonly metrics: readonly string[];
  readonly predictions: Readonly<Record<string, { readonly lastDimension: number; readonly dtype: 'float32' }>>;
  readonly heads?: Readonly<
    Record<
      string,
      {
        readonly logitsDimension: number;
        readonly labels?: 'probability';
        readonly labelsOutOfRange?: readonly number[];
      }
    >
  >;
  readonly batchMetrics?: readonly string[];
  readonly mask?: string;
  readonly weights?: 'logits';
  readonly weightOfZero: 'removes';
}

const MASK = 'sequence_length_mask';
const METRICS = ['average_loss', 'prediction/mean', 'label/mean'];
const float = (lastDimension: number): MultiSubject<never>['predictions'][string] => ({
  lastDimension,
  dtype: 'float32',
});

/**
 * The heads of this package as subjects of the conformance suite.
 *
 * @example
 * for (const [name, { create, ...claims }] of Object.entries(multiSubjects)) describeConformance(create, { name, ...claims });
 */
export const multiSubjects: {
  readonly MultiHead: MultiSubject<MultiOptions>;
  readonly SequentialHeadWrapper: MultiSubject<SequentialOptions>;
} = {
  MultiHead: {
    create: ({ weightColumn, lossReduction, headWeights = [1, 0.5] }) =>
      new MultiHead({
        heads: [
          new NumberHead({ weightColumn, lossReduction, name: 'numbers', logitsDimension: 2 }),
          new ProbabilityHead({ weightColumn, lossReduction, name: 'chance' }),
        ],
        headWeights,
      }),
    goldens: new URL('../goldens/multi-head.json', import.meta.url),
    heads: {
      numbers: { logitsDimension: 2 },
      chance: { logitsDimension: 1, labels: 'probability', labelsOutOfRange: [-0.5, 1.5] },
    },
    metrics: [
      'loss/numbers',
      'loss/chance',
      ...METRICS.map((key) => `${key}/numbers`),
      ...METRICS.map((key) => `${key}/chance`),
    ],
    weightOfZero: 'removes',
    batchMetrics: ['loss/numbers', 'loss/chance'],
    predictions: { 'numbers/predictions': float(2), 'chance/predictions': float(1), 'chance/logits': float(1) },
  },
  SequentialHeadWrapper: {
    create: ({ featureColumns, ...options }) =>
      new SequentialHeadWrapper({
        staticHead: new NumberHead({ ...options, logitsDimension: 2 }),
        sequenceLengthMask: MASK,
        featureColumns: featureColumns ?? (typeof options.weightColumn === 'string' ? options.weightColumn : undefined),
      }),
    goldens: new URL('../goldens/sequential-head-wrapper.json', import.meta.url),
    mask: MASK,
    weights: 'logits',
    weightOfZero: 'removes',
    metrics: METRICS,
    predictions: { predictions: float(2) },
  },
};
