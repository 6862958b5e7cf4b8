import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { CallbackList, LayersModel } from '@tensorflow/tfjs-layers';

/** Inputs, targets and weights of a batch, in the order of the model's; null where an output has no weights. */
export type BatchData = readonly (Tensor | null)[];

/** Takes a batch, and gives the loss and the metrics as scalars. */
export type BatchFunction = (data: BatchData) => Tensor[];

/** What `fitLoop` of tfjs-layers is given by `fit`. */
export type FitLoopArgs = readonly [
  f: BatchFunction,
  ins: BatchData,
  outLabels: readonly string[],
  batchSize: number | undefined,
  epochs: number | undefined,
  verbose: number | undefined,
  callbacks: readonly object[] | undefined,
  valF: BatchFunction | null | undefined,
  valIns: BatchData | null | undefined,
  shuffle: boolean | string | undefined,
  callbackMetrics: readonly string[],
  initialEpoch: number | undefined,
  stepsPerEpoch: number | null | undefined,
  validationSteps: number | null | undefined,
];

export type TestLoopArgs = readonly [
  f: BatchFunction,
  ins: BatchData,
  batchSize?: number,
  verbose?: number,
  steps?: number,
];

/** A model of tfjs-layers by what its public methods call: `fit` calls `fitLoop` with what `makeTrainFunction` gives, and so on. */
export interface ModelInternals {
  readonly layers: readonly object[];
  readonly optimizer_?: Optimizer;
  readonly lossFunctions?: readonly unknown[];
  readonly metricsTensors?: readonly unknown[];
  readonly collectedTrainableWeights?: readonly unknown[];
  stopTraining: boolean;
  history: { syncData(): Promise<void> };
  testFunction: BatchFunction;
  makeTrainFunction(): BatchFunction;
  makeTestFunction(): void;
  trainOnBatch(...args: unknown[]): Promise<unknown>;
  fitDataset(...args: unknown[]): Promise<unknown>;
  fitLoop(...args: FitLoopArgs): Promise<unknown>;
  testLoop(...args: TestLoopArgs): Tensor[];
  predictLoop(ins: Tensor | Tensor[], batchSize?: number, verbose?: boolean): Tensor | Tensor[];
}

export function internalsOf(model: LayersModel): ModelInternals {
  return model as unknown as ModelInternals;
}

/** The callbacks of a `fit`, as tfjs-layers has set them up. */
export type Callbacks = CallbackList;
