import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpec,
  type Features,
  type GradientOptimizer,
  type Head,
  ModeKeys,
  type TrainableVariable,
} from '@tfjs-heads/head-api';
import { ask, describeValue, headError, replaceSpec } from '@tfjs-heads/head-kit';
import {
  type ColumnGroup,
  isPrepared,
  prepareFeatures,
  prepareFeaturesAtHand,
} from '../feature-columns/prepare-features.js';
import type { EstimatorOptions } from '../estimator-options.js';
import type { ModelFn, ModelFnArgs } from '../model-fn.js';
import { type Summarize, summarizedBy } from '../summaries/summarize.js';
import { Updates } from './batch-norm.js';

/** What all canned estimators take besides what their model is made of. */
export type CannedOptions = Pick<EstimatorOptions, 'modelDir' | 'config' | 'warmStartFrom'>;

/** The names of {@link CannedOptions}. */
export const CANNED_OPTIONS = ['modelDir', 'config', 'warmStartFrom'] as const;

/** What a canned model comes to for a batch. */
export interface CannedModel {
  readonly optimizer: GradientOptimizer | undefined;
  readonly trainableVariables: readonly TrainableVariable[];
  /** What the head is given as features. Default: the prepared ones. */
  readonly features?: Features | undefined;
  /**
   * The logits of prepared features. `updates` is undefined except in training.
   *
   * @param summarize Is told of the layers, of a step that comes next: nothing must be changed.
   */
  logits(features: Features, updates: Updates | undefined, summarize?: Summarize): Tensor;
}

/**
 * A `modelFn` of columns. Features that have not been prepared, as by an estimator with {@link prepareBy}, it prepares itself.
 *
 * @param build Makes variables and, to train, optimizers in the store.
 * @param tells Whether the logits tell of their layers.
 */
export function cannedModelFn(
  head: Head,
  groups: readonly ColumnGroup[],
  build: (args: ModelFnArgs) => CannedModel,
  tells = false,
): ModelFn {
  const withPrepared = <T>(args: ModelFnArgs, run: (prepared: ModelFnArgs) => T): T => {
    const given = args.features;
    const features = isPrepared(given, groups) ? given : prepareFeaturesAtHand(given, groups);
    try {
      return run({ ...args, features });
    } finally {
      dispose(Object.entries(features).flatMap(([key, one]) => (Object.hasOwn(given, key) ? [] : one)) as never);
    }
  };
  const modelFn: ModelFn = (args) => withPrepared(args, (prepared) => specOf(head, prepared, build(args)));
  const summarizer = (args: ModelFnArgs, summarize: Summarize): void =>
    withPrepared(args, ({ features }) => {
      const updates = new Updates();
      try {
        build(args).logits(features, updates, summarize);
      } finally {
        updates.dispose();
      }
    });
  return summarizedBy(modelFn, tells ? summarizer : undefined);
}

/** A `prepare` that tells by which columns, so that an export can do the same in a graph. */
export interface PrepareByColumns {
  (features: Features): Promise<Features>;
  readonly columnGroups: readonly ColumnGroup[];
}

/** For `prepare` of an estimator. */
export function prepareBy(groups: readonly ColumnGroup[]): PrepareByColumns {
  return Object.assign(async (features: Features) => prepareFeatures(features, groups), { columnGroups: groups });
}

function specOf(head: Head, { features: prepared, labels, mode }: ModelFnArgs, model: CannedModel): EstimatorSpec {
  const { optimizer, trainableVariables, features = prepared } = model;
  if (mode !== ModeKeys.TRAIN)
    return head.createEstimatorSpec({ features, labels, mode, logits: () => model.logits(prepared, undefined) });
  const updates = new Updates();
  try {
    const spec = head.createEstimatorSpec({
      features,
      labels,
      mode,
      logits: () => model.logits(prepared, updates),
      optimizer,
      trainableVariables,
      updateOps: [() => updates.run()],
    });
    // A spec whose step is never taken takes its updates with it.
    return updates.isEmpty ? spec : replaceSpec(spec, { onDispose: () => updates.dispose() });
  } catch (error) {
    updates.dispose();
    throw error;
  }
}

/** Throws INVALID_ARGUMENT unless it is a head. */
export function checkHead(head: unknown): asserts head is Head {
  const isHead = ask(
    () => typeof (head as Head).createEstimatorSpec === 'function' && (head as Head).logitsDimension > 0,
    false,
  );
  if (!isHead) throw headError('INVALID_ARGUMENT', `head must be a head, got ${describeValue(head)}.`);
}
