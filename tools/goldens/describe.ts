import { type Formula, type OptimizerName, sizeOf } from '@tfjs-heads/reference';
import type { GoldenBatch, GoldenCase, GoldenExport, GoldenTensor } from '@tfjs-heads/conformance-kit';

export type Options = GoldenCase['options'];

/** How weights are laid out: `[D0..DN]`, `[D0..DN, 1]`, `[D0..DN, K]`, or not at all. */
export type WeightShape = 'none' | 'rows' | 'column' | 'logits';

/** A batch of one head, with a label for each logit or row. */
export interface DenseBatch extends GoldenBatch {
  readonly logits: GoldenTensor;
  readonly labels: GoldenTensor;
}

/** A case without what must come out. */
export interface CaseDescription extends DenseBatch {
  readonly parameters: GoldenCase['parameters'];
  readonly options: Options;
  /** Whether another case of the same logits or batch has these already. Default: false. */
  readonly lossOnly?: boolean;
  /** The elements that are written out. Default: all. */
  readonly at?: readonly number[];
}

export interface EvaluationDescription {
  readonly parameters: GoldenCase['parameters'];
  readonly options: Options;
  readonly batches: readonly DenseBatch[];
  readonly k?: number;
}

export interface TrainingDescription {
  readonly optimizer: OptimizerName;
  /** What tells it from others of the same optimizer, such as `nesterov`. */
  readonly variant?: string;
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly options: Options;
  readonly outputs: number;
  readonly seed: number;
}

/** The goldens of a head without what must come out. */
export interface HeadDescription {
  readonly head: string;
  readonly file: string;
  readonly formula: string;
  formulaOf(options: Options): Formula;
  /** Prediction key to the rounding units that it may be off: what hands on the logits is exact. */
  readonly predictions: Readonly<Record<string, number>>;
  readonly exports: Readonly<Record<string, GoldenExport>>;
  readonly cases: readonly CaseDescription[];
  readonly evaluations: readonly EvaluationDescription[];
  readonly trainings: readonly TrainingDescription[];
  /** A label to learn from a signal in [-1, 1] and noise in [-1, 1]. */
  labelOf(signal: number, noise: number): number;
}

/** Values written out. */
export function written(shape: readonly number[], values: readonly number[]): GoldenTensor {
  if (values.length !== sizeOf(shape)) throw new Error(`[${shape}] is no shape of ${values.length} values.`);
  if (values.some((value) => Math.fround(value) !== value)) throw new Error(`float32 has not all of ${values}.`);
  return { shape, values };
}

export type DrawnKind = NonNullable<GoldenTensor['draw']>['kind'];

/** A drawn batch; its seed follows from its shape. */
export function drawnBatch(labels: DrawnKind, shape: readonly number[], weights: WeightShape = 'none'): DenseBatch {
  const seed = shape.reduce((all, dimension) => all * 7 + dimension, 1);
  const rows = shape.slice(0, -1);
  const weightShapes = { rows, column: [...rows, 1], logits: shape } as const;
  return {
    logits: { shape, draw: { seed, kind: 'logits' } },
    labels: { shape, draw: { seed: seed + 1, kind: labels } },
    ...(weights !== 'none' && { weights: { shape: weightShapes[weights], draw: { seed: seed + 2, kind: 'weights' } } }),
  };
}

/** The option that has the head look for the weights of a batch. */
export function weighted(options: Options, batch: GoldenBatch): Options {
  return batch.weights === undefined ? options : { ...options, weightColumn: 'weight' };
}
