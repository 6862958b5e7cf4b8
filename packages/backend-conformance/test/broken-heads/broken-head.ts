import { tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { EstimatorSpec, Head, Metric } from '@tfjs-heads/head-api';
import { subjects } from '../../src/heads.js';
import type { Claims, HeadOptions, Subject } from '../../src/index.js';

/** A head with one fault, and what the suite has to say of it. */
export interface BrokenHead {
  /** What is wrong, in a few words. */
  readonly wrong: string;
  /** The case that fails, without the head's name: `law:no-leak:rows=3`. */
  readonly caughtBy: string;
  /** A part of its message, so that it fails for this fault and no other. */
  readonly says: string;
  readonly subject: Subject;
}

export type BrokenHeads = Readonly<Record<string, BrokenHead>>;

/** What is broken: it takes tensors, and once broken gives any predictions. */
type RightHead = Head<Tensor, Tensor>;

/** What makes a head. */
export type Methods = Pick<RightHead, 'loss' | 'predictions' | 'metrics' | 'updateMetrics' | 'createEstimatorSpec'>;

/** The head that a broken one is but for its fault, unless it says which. */
export const right: Subject = subjects.RegressionHead as Subject;

/** A right one of three logits. */
export const of3: Subject = subjects['RegressionHead-of-3'] as Subject;

/**
 * A head with some methods replaced. What makes specs calls the replaced ones too, as it would where a head had
 * been written that way. Loss and predictions are tidied: a head that leaks does so on purpose.
 *
 * @param change From the right methods and the options to the wrong ones.
 * @param claims What the head says of itself in place of what the right one says.
 * @param of The right one. Of one that is made of heads, logits and labels are maps, which are only to be handed on.
 */
export function breakHead(
  change: (methods: Methods, options: HeadOptions) => Partial<Methods>,
  claims: Claims = {},
  of: Subject = right,
): Subject {
  const create = (options: HeadOptions): Head => {
    const head = of.create(options) as RightHead;
    const { loss, predictions, metrics, updateMetrics, createEstimatorSpec } = head;
    const methods = {
      loss: loss.bind(head),
      predictions: predictions.bind(head),
      metrics: metrics.bind(head),
      updateMetrics: updateMetrics.bind(head),
      createEstimatorSpec: createEstimatorSpec.bind(head),
    };
    const wrong = { ...methods, ...change(methods, options) };
    return Object.assign(head, wrong, {
      loss: (...args: Parameters<RightHead['loss']>) => tidy(() => wrong.loss(...args)),
      predictions: (...args: Parameters<RightHead['predictions']>) =>
        tidy(() => ({ ...wrong.predictions(...args) }) as Record<string, Tensor>),
    });
  };
  return { ...of, ...claims, create };
}

/** The specs of one mode changed. */
export const inMode =
  <M extends EstimatorSpec['mode']>(mode: M, change: (spec: Extract<EstimatorSpec, { mode: M }>) => object) =>
  ({ createEstimatorSpec }: Methods): Partial<Methods> => ({
    createEstimatorSpec(args): EstimatorSpec {
      const spec = createEstimatorSpec(args);
      return spec.mode === mode ? { ...spec, ...change(spec as Extract<EstimatorSpec, { mode: M }>) } : spec;
    },
  });

/** A metric whose result is another number. */
export function withResult(metric: Metric, change: (result: number) => number): Metric {
  return Object.assign(Object.create(metric) as Metric, {
    result: async () => change(await metric.result()),
    dispose: () => metric.dispose(),
  });
}
