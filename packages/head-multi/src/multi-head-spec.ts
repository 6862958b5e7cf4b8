import { keep } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpec,
  type EstimatorSpecArgs,
  type ExportOutput,
  type ExportOutputs,
  type Features,
  type Head,
  type Logits,
  ModeKeys,
  type Predictions,
  type PredictSpec,
} from '@tfjs-heads/head-api';
import {
  copyOf,
  describeValue,
  estimatorSpec,
  headError,
  predictOutput,
  regularizationScalars,
  replaceSpec,
  ServingKeys,
  withHeadName,
} from '@tfjs-heads/head-kit';
import { logitsByHead } from './by-head.js';
import { type NamedHead, ofHead } from './heads.js';
import { lossesOf, mergedLoss } from './losses.js';
import { mapKeys, mergeAll } from './merge.js';
import { mergePredictions } from './predictions.js';
import { checkSpec, discard } from './returned.js';

/** A head that is made of heads, as far as its specs need it. */
export interface HeadOfHeads extends Head {
  readonly headWeights: readonly number[];
}

/**
 * The spec of a head that is made of heads. The kit makes it of the head as it stands here: without a name, since the original's
 * summaries of the merged loss have none; with the losses kept that the one pass of training gives; and with predictions out of
 * the specs of the heads, which alone know what they export.
 */
export function multiHeadSpec(whole: HeadOfHeads, heads: readonly NamedHead[], args: EstimatorSpecArgs): EstimatorSpec {
  let losses: readonly Scalar[] | undefined;
  const specs: PredictSpec[] = [];
  const head: Head = {
    apiVersion: 1,
    name: undefined,
    logitsDimension: whole.logitsDimension,
    get lossReduction() {
      return whole.lossReduction;
    },
    loss(labels, logits, { features, mode, regularizationLosses } = {}) {
      const ofHeads = lossesOf(heads, { labels, logits, features, mode });
      // The first time alone: who takes gradients of their own may compute the loss again.
      if (mode === ModeKeys.TRAIN) losses ??= ofHeads.map((loss) => keep(copyOf(loss)));
      return mergedLoss(ofHeads, whole.headWeights, regularizationScalars(regularizationLosses));
    },
    predictions(logits: Logits): Predictions {
      if (args.mode !== ModeKeys.PREDICT) return whole.predictions(logits);
      const logitsOf = logitsByHead(logits, heads);
      heads.forEach((one, index) => specs.push(predictBy(one, logitsOf[index] ?? {}, args.features)));
      return mergePredictions(
        heads,
        specs.map(({ predictions }) => predictions),
      );
    },
    metrics: (options) => whole.metrics(options),
    updateMetrics: (...batch) => whole.updateMetrics(...batch),
    createEstimatorSpec: () => multiHeadSpec(whole, heads, args),
  };
  const dispose = (): void => {
    for (const held of [...(losses ?? []), ...specs]) held.dispose();
  };
  try {
    const spec = estimatorSpec(head, args, {
      exportsOf: (predictions) =>
        exportsOf(
          heads,
          specs.map(({ exportOutputs }) => exportOutputs),
          predictions,
        ),
      summariesOf: () =>
        Object.fromEntries((losses ?? []).map((loss, index) => [withHeadName('loss', heads[index]?.name), loss])),
    });
    return spec.mode === ModeKeys.PREDICT ? replaceSpec(spec, { onDispose: dispose }) : spec;
  } catch (error) {
    for (const held of [...(losses ?? []), ...specs]) discard(held);
    throw error;
  }
}

/** @throws HEADS_INVALID and what the head throws, with its name */
function predictBy(head: NamedHead, logits: Logits, features: Features | undefined): PredictSpec {
  return ofHead(head, () => {
    const spec = head.createEstimatorSpec({ mode: ModeKeys.PREDICT, features, logits });
    return checkSpec(spec, ModeKeys.PREDICT, 'HEADS_INVALID') as PredictSpec;
  });
}

/** The original's keys: those of each head behind its name, its default by its name alone, and two for all heads. */
function exportsOf(
  heads: readonly NamedHead[],
  outputs: readonly ExportOutputs[],
  predictions: Predictions,
): ExportOutputs {
  const [first, firstOutputs] = [heads[0] as NamedHead, outputs[0] as ExportOutputs];
  const ofHeads = outputs.map((ofOne, index) =>
    mapKeys(ofOne, (key) => {
      const name = heads[index]?.name ?? '';
      return key === ServingKeys.DEFAULT ? name : `${name}/${key}`;
    }),
  );
  const ofAll = {
    [ServingKeys.DEFAULT]: ofHead(first, () => defaultOf(firstOutputs)),
    [ServingKeys.PREDICT]: predictOutput({ outputs: predictions }),
  };
  return mergeAll<ExportOutput>('The exports of the heads', [ofAll, ...ofHeads], 'HEADS_INVALID');
}

/** @throws EXPORT_OUTPUT_INVALID */
function defaultOf(outputs: ExportOutputs): ExportOutput {
  const list = Object.values(outputs);
  const found = list.length === 1 ? list[0] : outputs[ServingKeys.DEFAULT];
  if (found !== undefined) return found;
  throw headError(
    'EXPORT_OUTPUT_INVALID',
    `exportOutputs must have one entry, or an entry '${ServingKeys.DEFAULT}' among several, got ${describeValue(outputs)}.`,
  );
}
