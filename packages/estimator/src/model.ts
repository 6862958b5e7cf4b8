import { clone, dispose, getBackend } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpec,
  type EvalSpec,
  type Features,
  type Metrics,
  ModeKeys,
  type PredictSpec,
  type TrainSpec,
} from '@tfjs-heads/head-api';
import { carryChecks, describeValue, headError, isMap, isPromise } from '@tfjs-heads/head-kit';
import { type Trace, type TraceOptions, traceStep } from '@tfjs-heads/tracing';
import { EvalStep } from './eval-step.js';
import type { CheckedBatch } from './input.js';
import type { ModelFn } from './model-fn.js';
import { type Predicted, PredictStep } from './predict-step.js';
import type { RunConfig } from './run-config.js';
import { type Summarized, summarized } from './summaries/summarize.js';
import { VariableStore } from './variable-store.js';

interface SpecsByMode {
  readonly train: TrainSpec;
  readonly eval: EvalSpec;
  readonly infer: PredictSpec;
}

/** Makes of the features of a batch what a `modelFn` is given; what it makes is the estimator's. It may wait for values. */
export type Prepare = (features: Features) => Features | Promise<Features>;

/** What a model is made of. */
export interface ModelOptions<P> {
  readonly modelFn: ModelFn<P>;
  readonly params: P;
  readonly config: RunConfig;
  readonly prepare: Prepare | undefined;
}

/**
 * How many batches of an evaluation run by kernels on cpu and wasm: for a few, a rehearsal of the compiled step takes longer than they do. Always as many, so that
 * two evaluations of one checkpoint have the same bits.
 */
const BATCHES_BY_KERNELS = 8;

/** What a training step gives; the caller owns the scalars. */
export type StepResult = { readonly loss: Scalar; readonly summaries: Readonly<Record<string, Scalar>> };

/** A `modelFn` with its variables, and its steps, traced. */
export class Model<P> {
  readonly store: VariableStore;
  readonly #options: ModelOptions<P>;
  #step: Trace<(batch: CheckedBatch) => StepResult> | undefined;
  /** By whether they keep to kernels. */
  readonly #evalSteps = new Map<boolean, EvalStep>();
  #predictStep: PredictStep | undefined;
  /** The names of the variables that the steps were traced for. */
  #traced = '';

  constructor(options: ModelOptions<P>) {
    this.#options = options;
    this.store = new VariableStore(options.config.tfRandomSeed);
  }

  /** Why the last training step ran eagerly; undefined where it ran as recorded. */
  get reason(): string | undefined {
    return this.#step?.reason;
  }

  /**
   * The features as the `modelFn` wants them, for as long as `run` takes.
   *
   * @throws what `prepare` throws
   */
  async prepared<T>(batch: CheckedBatch, run: (batch: CheckedBatch) => Promise<T>): Promise<T> {
    const { prepare } = this.#options;
    if (prepare === undefined) return run(batch);
    const features = await prepare(batch.features);
    try {
      return await run({ ...batch, features });
    } finally {
      const given = new Set<unknown>(Object.values(batch.features));
      dispose(Object.values(features).filter((value) => !given.has(value)) as Parameters<typeof dispose>[0]);
    }
  }

  /**
   * The spec of a batch, which the caller disposes of.
   *
   * @throws MODEL_FN_INVALID, and what the `modelFn` throws
   */
  spec<M extends ModeKeys>({ features, labels }: CheckedBatch, mode: M): SpecsByMode[M] {
    const { modelFn, params, config } = this.#options;
    const spec: unknown = modelFn({
      features,
      labels: mode === ModeKeys.PREDICT ? undefined : labels,
      mode,
      params,
      config,
      store: this.store,
    });
    return checkSpec(spec, mode) as SpecsByMode[M];
  }

  /** Calls the `modelFn` once for the variables that it makes, and for what `look` wants of its spec. */
  build<M extends ModeKeys, T>(batch: CheckedBatch, mode: M, look: (spec: SpecsByMode[M]) => T): T {
    const spec = this.spec(batch, mode);
    try {
      return look(spec);
    } finally {
      (spec as EstimatorSpec).dispose();
    }
  }

  /** Takes a training step. Reading the loss says it where labels were out of range. */
  async trainStep(batch: CheckedBatch): Promise<StepResult> {
    const options = this.#traceOptions();
    this.#step ??= traceStep((given: CheckedBatch) => this.#train(given), options);
    // Training that goes on from a checkpoint gives the same bits as training that was never stopped: all steps run in the same way.
    await this.#step.rehearse(batch);
    return this.#step(batch);
  }

  /** What summaries have of the layers in the training step that comes next, where the `modelFn` tells of them. */
  async summarized({ features, labels }: CheckedBatch): Promise<Summarized> {
    const { modelFn, params, config } = this.#options;
    return summarized(modelFn, { features, labels, mode: ModeKeys.TRAIN, params, config, store: this.store });
  }

  /**
   * See {@link EvalStep.add}.
   *
   * @param index Which batch of its evaluation it is.
   */
  async evalStep(batch: CheckedBatch, metrics: Metrics, index: number): Promise<number | undefined> {
    const options = this.#traceOptions();
    const keepsToKernels = isOnHost() && index < BATCHES_BY_KERNELS;
    const step =
      this.#evalSteps.get(keepsToKernels) ??
      new EvalStep((given) => this.spec(given, ModeKeys.EVAL), keepsToKernels ? byKernels(options) : options);
    this.#evalSteps.set(keepsToKernels, step);
    return step.add(batch, metrics);
  }

  /** See {@link PredictStep.predict}. */
  async predictStep(batch: CheckedBatch, keys: readonly string[] | undefined): Promise<Predicted> {
    const given = this.#traceOptions();
    const options = isOnHost() ? byKernels(given) : given;
    this.#predictStep ??= new PredictStep((of) => this.spec(of, ModeKeys.PREDICT), options);
    return this.#predictStep.predict(batch, keys);
  }

  /** Lets go of what was traced for other variables. */
  #traceOptions(): TraceOptions {
    const variables = this.store.all();
    const names = variables.map(({ name }) => name).join('\n');
    if (this.#traced !== names) this.#forget();
    this.#traced = names;
    const { exact, threads, relaxedSimd } = this.#options.config;
    return { variables: variables.map(({ of }) => of), exact, threads, relaxedSimd };
  }

  #forget(): void {
    for (const step of [this.#step, ...this.#evalSteps.values(), this.#predictStep]) step?.dispose();
    this.#step = undefined;
    this.#evalSteps.clear();
    this.#predictStep = undefined;
  }

  #train(batch: CheckedBatch): StepResult {
    const spec = this.spec(batch, ModeKeys.TRAIN);
    try {
      spec.trainOp();
      const loss = carryChecks(clone(spec.loss), [spec.loss]);
      const summaries = Object.entries(spec.summaries).map(([tag, value]) => [tag, clone(value)] as const);
      return { loss, summaries: Object.fromEntries(summaries) };
    } finally {
      spec.dispose();
    }
  }

  dispose(): void {
    this.#forget();
    this.store.dispose();
  }
}

function byKernels({ variables }: TraceOptions): TraceOptions {
  return { variables, exact: true };
}

/** Whether steps may become functions of WebAssembly, which round otherwise than the kernels that run until then. */
function isOnHost(): boolean {
  return getBackend() === 'cpu' || getBackend() === 'wasm';
}

function checkSpec(spec: unknown, mode: ModeKeys): EstimatorSpec {
  if (isPromise(spec)) throw invalid(mode, 'not a promise', spec);
  const { mode: got, dispose: release } = (isMap(spec) ? spec : {}) as Partial<EstimatorSpec>;
  if (typeof release !== 'function') throw invalid(mode, 'a spec as head.createEstimatorSpec makes it', spec);
  if (got !== mode) {
    release.call(spec);
    throw invalid(mode, `a spec of the mode ${mode}`, got);
  }
  return spec as EstimatorSpec;
}

function invalid(mode: ModeKeys, expected: string, got: unknown): Error {
  return headError(
    'MODEL_FN_INVALID',
    `modelFn must return ${expected} in the mode ${mode}, got ${describeValue(got)}.`,
  );
}
