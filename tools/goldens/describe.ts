import { type OptimizerName, type Scaled, sizeOf } from '@tfjs-heads/reference';
import type {
  Batch,
  GoldenBatch,
  GoldenCase,
  GoldenExport,
  GoldenFile,
  GoldenLabels,
  GoldenTensor,
  PerHead,
} from '@tfjs-heads/conformance-kit';

export type Options = GoldenCase['options'];

/** How weights are laid out: `[D0..DN]`, `[D0..DN, 1]`, `[D0..DN, K]`, or not at all. */
export type WeightShape = 'none' | 'rows' | 'column' | 'logits';

/** A batch of one head, with a label for each logit or row. */
export interface DenseBatch extends GoldenBatch {
  readonly logits: GoldenTensor;
  readonly labels: GoldenTensor;
}

/** A case without what must come out. */
export interface CaseDescription extends GoldenBatch {
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
  readonly batches: readonly GoldenBatch[];
  readonly k?: number;
}

export interface TrainingDescription {
  readonly optimizer: OptimizerName;
  /** What tells it from others of the same optimizer, such as `nesterov`. */
  readonly variant?: string;
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly options: Options;
  readonly outputs: number;
  /** How many of the outputs are the logits of each head. Default: all are those of one. */
  readonly heads?: Readonly<Record<string, number>>;
  /** The dimensions before the last one, of as many steps as there are rows. Default: `[rows]`. */
  readonly before?: readonly number[];
  /** Other features than the weights. Default: none. */
  readonly features?: GoldenBatch['features'];
  readonly seed: number;
}

/** A prediction: floats with the rounding units that they may be off, or what must be the same. */
export type Predicted = { readonly shape: readonly number[] } & (
  | { readonly dtype: 'float32'; readonly values: readonly Scaled[]; readonly k: number }
  | { readonly dtype: 'int32' | 'bool'; readonly values: readonly number[] }
  | { readonly dtype: 'string'; readonly values: readonly string[] }
);

/** What a head comes to in doubles, made with some options. */
export interface HeadModel {
  /** The training loss, and its gradient by the logits: by those of each head for a head made of heads. */
  loss(batch: Batch): { readonly loss: Scaled; readonly gradient: PerHead<readonly Scaled[]> };
  /** By key, in order. */
  predictions(logits: Batch['logits']): Readonly<Record<string, Predicted>>;
  /** Over several batches, by key, in order. */
  metrics(batches: readonly Batch[]): Readonly<Record<string, Scaled>>;
}

/** What the labels of a training are made from: inputs and noise, both in [-1, 1]. */
export interface Signals {
  readonly rows: number;
  readonly outputs: number;
  /** An input that the labels of this row may follow, one for each output. */
  signal(row: number, output: number): number;
  /** The next one. */
  noise(): number;
}

/** The goldens of a head without what must come out. */
export interface HeadDescription {
  readonly head: string;
  /** The folder under `packages` that the head is in; its goldens stand in `goldens` there. */
  readonly package: string;
  readonly file: string;
  readonly formula: string;
  /** Of a head made of heads: those, so that the original can be made of the same. */
  readonly heads?: GoldenFile['heads'];
  modelOf(options: Options): HeadModel;
  /** The rounding units of metrics that are not summed in doubles, by key. Default: ELEMENT. */
  readonly metricUnits?: Readonly<Record<string, number>>;
  readonly exports: Readonly<Record<string, GoldenExport>>;
  readonly cases: readonly CaseDescription[];
  readonly evaluations: readonly EvaluationDescription[];
  readonly trainings: readonly TrainingDescription[];
  /** Labels that a network can learn. */
  labelsOf(signals: Signals): PerHead<GoldenLabels>;
}

/** Labels of the logits' shape, each by a signal and noise of its own. */
export function eachLabel(labelOf: (signal: number, noise: number) => number): (signals: Signals) => GoldenTensor {
  return ({ rows, outputs, signal, noise }) => {
    const labels = Array.from({ length: rows * outputs }, (_, i) =>
      labelOf(signal(Math.floor(i / outputs), i % outputs), noise()),
    );
    return written([rows, outputs], labels);
  };
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
