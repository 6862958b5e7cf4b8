import { type Features, type Head, ModeKeys } from '@tfjs-heads/head-api';
import { checkOptions, headError } from '@tfjs-heads/head-kit';
import { Estimator } from '../estimator.js';
import { SEQUENCE_MASK } from '../feature-columns/prepare-sequences.js';
import type { ModelFn, ModelFnArgs } from '../model-fn.js';
import { CLASSIFIER_OPTIONS, classifierHead, type ClassifierOptions } from './canned-heads.js';
import {
  CANNED_OPTIONS,
  type CannedModel,
  cannedModelFn,
  type CannedOptions,
  checkHead,
  prepareBy,
} from './canned-model.js';
import { type OptimizerChoice, optimizerOf } from './optimizer.js';
import { checkRnn, RNN_OPTIONS, rnnGroup, rnnNetwork, type RNNNetworkOptions } from './rnn-network.js';

/** What the model of an {@link RNNEstimator} is made of. */
export interface RNNModelOptions extends RNNNetworkOptions {
  /** With `returnSequences` one that takes sequences, such as a `SequentialHeadWrapper`. */
  readonly head: Head;
  /** Default: `Adagrad`. By its name, an optimizer has a rate of 0.05, and clips each gradient to a norm of 5. */
  readonly optimizer?: OptimizerChoice | undefined;
}

/** The options of {@link RNNEstimator}. */
export interface RNNEstimatorOptions extends RNNModelOptions, CannedOptions {}

const MODEL_OPTIONS = ['head', ...RNN_OPTIONS, 'optimizer'] as const;
const SETTINGS = [...RNN_OPTIONS, 'optimizer', ...CANNED_OPTIONS] as const;

/** Of an optimizer by its name. */
const RATE = 0.05;
const CLIPNORM = 5;

/**
 * The model of a recurrent network: the columns of each step side by side, those of the context beside them, the layers, and the logits of the
 * last step or of each.
 *
 * @throws INVALID_ARGUMENT, FEATURE_COLUMNS_INVALID; the `modelFn` also OPTIMIZER_INVALID, and what the head throws
 */
export function rnnModelFn(options: RNNModelOptions): ModelFn {
  const { head, optimizer: choice = 'Adagrad', ...network } = checkOptions('rnnModelFn', options, MODEL_OPTIONS);
  checkHead(head);
  checkRnn(network);
  const maskKey = network.returnSequences === true ? maskKeyOf(head) : undefined;
  const group = rnnGroup(network);
  const build = ({ features, mode, store }: ModelFnArgs): CannedModel => {
    const { trainableVariables, apply } = rnnNetwork(store, network, head.logitsDimension);
    const make = (): ReturnType<typeof optimizerOf> => optimizerOf(choice, { learningRate: RATE, clipnorm: CLIPNORM });
    return {
      optimizer: mode === ModeKeys.TRAIN ? store.once('optimizer', make) : undefined,
      trainableVariables,
      features: maskKey === undefined ? features : withMask(features, maskKey, group.prefix),
      logits: (prepared, _updates, summarize) => apply(prepared, summarize),
    };
  };
  return cannedModelFn(head, [group], build, true);
}

/** The features with the mask of steps under the name that the head knows, unless it is there. */
function withMask(features: Features, maskKey: string, prefix: string): Features {
  if (Object.hasOwn(features, maskKey)) return features;
  return { ...features, [maskKey]: features[prefix + SEQUENCE_MASK] } as Features;
}

function maskKeyOf(head: Head): string {
  const { inputSequenceMaskKey } = head as { readonly inputSequenceMaskKey?: unknown };
  if (typeof inputSequenceMaskKey === 'string') return inputSequenceMaskKey;
  throw headError(
    'INVALID_ARGUMENT',
    `Provided head must be a \`_SequentialHead\` object when \`return_sequences\` is set to True: with returnSequences head must take sequences and name their mask (inputSequenceMaskKey), got the head ${head.name ?? 'without a name'}.`,
  );
}

/**
 * A recurrent network under any head.
 *
 * ```ts
 * const words = sequenceCategoricalColumnWithHashBucket('words', { hashBucketSize: 1000 });
 * const estimator = new RNNEstimator({
 *   head: new RegressionHead(),
 *   sequenceFeatureColumns: [embeddingColumn(words, { dimension: 8 })],
 *   units: [32, 16],
 *   cellType: 'lstm',
 * });
 * ```
 */
export class RNNEstimator extends Estimator {
  /** @throws INVALID_ARGUMENT, FEATURE_COLUMNS_INVALID */
  constructor(options: RNNEstimatorOptions) {
    const { modelDir, config, warmStartFrom, ...model } = checkOptions('RNNEstimator', options, [
      ...MODEL_OPTIONS,
      ...CANNED_OPTIONS,
    ]);
    const modelFn = rnnModelFn(model);
    super({ modelFn, prepare: prepareBy([rnnGroup(model)]), modelDir, config, warmStartFrom });
  }
}

/** The options of {@link RNNClassifier}. */
export interface RNNClassifierOptions
  extends Omit<RNNEstimatorOptions, 'head' | 'returnSequences'>, ClassifierOptions {}

/** An {@link RNNEstimator} that tells classes of sequences apart: by a BinaryClassHead for two, else a MultiClassHead. */
export class RNNClassifier extends RNNEstimator {
  /** @throws What {@link RNNEstimator} and the head throw */
  constructor(options: RNNClassifierOptions) {
    const settings = SETTINGS.filter((name) => name !== 'returnSequences');
    super(classifierHead(checkOptions('RNNClassifier', options, [...settings, ...CLASSIFIER_OPTIONS])));
  }
}
