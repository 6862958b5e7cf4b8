import type { Tensor } from '@tensorflow/tfjs-core';
import { ModeKeys, type PredictSpec, type SessionRunHook } from '@tfjs-heads/head-api';
import { checkOptions, describeValue, headError, listOf, quote } from '@tfjs-heads/head-kit';
import type { GraphModelSpec } from '@tfjs-heads/tracing/graph-model';
import type { OnnxSpec } from '@tfjs-heads/tracing/onnx';
import type { TfliteSpec } from '@tfjs-heads/tracing/tflite';
import { modelDirStorage } from '#model-dir';
import { summaryWriter } from '#summaries';
import type { PrepareByColumns } from './canned/canned-model.js';
import { Checkpoints } from './checkpoint/checkpoints.js';
import { memoryStorage } from './checkpoint/memory.js';
import { Saver } from './checkpoint/saver.js';
import { restoreWeights } from './checkpoint/state.js';
import type { EstimatorOptions, EvaluateOptions, PredictOptions, TrainOptions } from './estimator-options.js';
import { type EvalResult, runEvaluation } from './evaluate.js';
import { exportBy, graphModel, onnx, savedModel, type Serve, tflite } from './export/exports.js';
import type {
  ExportFileOptions,
  ExportOptions,
  ExportSavedModelOptions,
  ExportTfliteOptions,
  ServedPrediction,
} from './export/options.js';
import { checkHooks, Hooks } from './hooks.js';
import { batchesOf, type CheckedBatch, type InputFn } from './input.js';
import { Model } from './model.js';
import type { ModelFn } from './model-fn.js';
import { type Lease, ModelHolder } from './model-holder.js';
import { examplesOf } from './predict.js';
import type { Predicted } from './predict-step.js';
import { RunConfig } from './run-config.js';
import { StepSummaries } from './summaries/step-summaries.js';
import { runTraining } from './train.js';
import { checkWarmStart } from './warm-start.js';

const OPTIONS = ['modelFn', 'modelDir', 'config', 'params', 'warmStartFrom', 'prepare'] as const;

/**
 * Trains, evaluates, predicts and exports what a `modelFn` describes; takes up its training where a checkpoint left it.
 *
 * ```ts
 * const head = new RegressionHead();
 * const estimator = new Estimator({
 *   modelDir: 'runs/1',
 *   modelFn: ({ features, labels, mode, store }) => {
 *     const model = store.once('model', () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] }));
 *     return head.createEstimatorSpec({
 *       features, labels, mode,
 *       logits: () => model.apply(features.x) as tf.Tensor,
 *       optimizer: store.once('optimizer', () => new Adagrad({ learningRate: 0.1 })),
 *       trainableVariables: store.trainableVariables(),
 *     });
 *   },
 * });
 * await estimator.train(inputFn, { steps: 1000 });
 * const { average_loss } = await estimator.evaluate(evalInputFn);
 * for await (const { predictions } of estimator.predict(newInputFn)) console.log(predictions);
 * ```
 *
 * While it trains, evaluations and predictions are of the variables as they are at each batch; those of another checkpoint have variables of their own.
 */
export class Estimator<P = unknown> {
  readonly #options: EstimatorOptions<P>;
  readonly #config: RunConfig;
  readonly #checkpoints: Checkpoints;
  readonly #holder: ModelHolder<P>;
  readonly #evaluations = new Map<string, EvalResult[]>();

  /** @throws INVALID_ARGUMENT */
  constructor(options: EstimatorOptions<P>) {
    const given = checkOptions('Estimator', options, OPTIONS);
    const { modelFn, config = new RunConfig(), modelDir, prepare, warmStartFrom } = given;
    if (typeof modelFn !== 'function') throw invalid('modelFn', 'a function', modelFn);
    if (prepare !== undefined && typeof prepare !== 'function')
      throw invalid('prepare', 'a function of features', prepare);
    if (!(config instanceof RunConfig)) throw invalid('config', 'a RunConfig', config);
    if (modelDir !== undefined && (typeof modelDir !== 'string' || modelDir === ''))
      throw invalid('modelDir', 'a string that is not empty', modelDir);
    if (modelDir !== undefined && config.modelDir !== undefined && modelDir !== config.modelDir)
      throw invalid('modelDir', `that of config, ${quote(config.modelDir)}, or left out`, modelDir);
    const folder = modelDir ?? config.modelDir;
    this.#options = given;
    this.#config = folder === config.modelDir ? config : config.replace({ modelDir: folder });
    const settings = checkWarmStart(warmStartFrom);
    this.#checkpoints = new Checkpoints(folder === undefined ? memoryStorage() : modelDirStorage(folder));
    const newModel = (): Model<P> => new Model({ modelFn, params: this.params, config: this.#config, prepare });
    this.#holder = new ModelHolder(newModel, this.#checkpoints, settings);
  }

  get config(): RunConfig {
    return this.#config;
  }

  /** Undefined where checkpoints are kept in memory. */
  get modelDir(): string | undefined {
    return this.#config.modelDir;
  }

  get modelFn(): ModelFn<P> {
    return this.#options.modelFn;
  }

  get params(): P {
    return this.#options.params as P;
  }

  /** All that it was made of, for an estimator that is made of this one. */
  get options(): EstimatorOptions<P> {
    return { ...this.#options, config: this.#config };
  }

  /**
   * Trains, and saves checkpoints. A run begins with the latest checkpoint.
   *
   * @param inputFn Called once; its batches have labels.
   * @throws INVALID_ARGUMENT, INPUT_INVALID, MODEL_FN_INVALID, CHECKPOINT_INVALID for a latest checkpoint that is damaged or of another
   *   model, CHECKPOINT_UNWRITABLE, LOSS_NAN, and what the model, the input and hooks throw
   */
  async train(inputFn: InputFn<P>, options: TrainOptions = {}): Promise<this> {
    const { steps, maxSteps, hooks, savingListeners } = checkOptions('train', options, [
      'steps',
      'maxSteps',
      'hooks',
      'savingListeners',
    ]);
    if (steps !== undefined && maxSteps !== undefined)
      throw headError(
        'INVALID_ARGUMENT',
        `train: one of steps and maxSteps must be given at most, got ${steps} and ${maxSteps}.`,
      );
    checkCount('train: steps', steps);
    checkCount('train: maxSteps', maxSteps);
    const ownHooks = checkHooks('train: hooks', hooks);
    const holder = this.#holder;
    if (holder.isTraining)
      throw headError('INVALID_ARGUMENT', 'train must not be called while the estimator trains, got a second call.');
    await holder.whileTraining(async () => {
      const latest = await this.#checkpoints.latestStep();
      if (maxSteps !== undefined && holder.hasTaken(maxSteps, latest)) {
        this.#config.log(`Nothing to train: step ${maxSteps} has been taken.`);
        return;
      }
      const saver = new Saver(this.#checkpoints.storage, this.#config);
      await runTraining({
        model: holder.model,
        batches: batchesOf(inputFn, this.#argsOf(ModeKeys.TRAIN)),
        start: async (batch) => {
          const trainHooks = holder.model.build(batch, ModeKeys.TRAIN, (spec) => [
            ...spec.trainingHooks,
            ...spec.trainingChiefHooks,
          ]);
          const globalStep = await holder.begin(latest);
          if (globalStep === latest) saver.startFrom(globalStep);
          return { globalStep, hooks: trainHooks };
        },
        lastStep: (globalStep) => maxSteps ?? (steps === undefined ? Infinity : globalStep + steps),
        hooks: ownHooks,
        listeners: savingListeners ?? [],
        saver,
        summaries: new StepSummaries(
          this.modelDir === undefined ? undefined : summaryWriter(this.modelDir),
          this.#config.saveSummarySteps,
        ),
        config: this.#config,
        advance: (globalStep) => holder.advance(globalStep),
      });
    });
    return this;
  }

  /**
   * Evaluates the latest checkpoint, or the variables as they start where there is none.
   *
   * @returns The metrics of the model, with `loss`, the mean over batches, and `global_step`
   * @throws INVALID_ARGUMENT, INPUT_INVALID, MODEL_FN_INVALID, EVAL_METRICS_INVALID, CHECKPOINT_MISSING, CHECKPOINT_INVALID
   */
  async evaluate(inputFn: InputFn<P>, options: EvaluateOptions = {}): Promise<EvalResult> {
    const {
      steps,
      hooks,
      checkpointPath,
      name = '',
    } = checkOptions('evaluate', options, ['steps', 'hooks', 'checkpointPath', 'name']);
    if (typeof name !== 'string') throw invalid('name', 'a string', name);
    checkCount('evaluate: steps', steps);
    const ownHooks = checkHooks('evaluate: hooks', hooks);
    const result = await this.#evaluateOn(inputFn, checkpointPath, { steps: steps ?? Infinity, hooks: ownHooks });
    this.#evaluations.set(name, [...this.evaluations(name), result]);
    await this.#summarize(result, checkpointPath, name);
    return result;
  }

  async #evaluateOn(
    inputFn: InputFn<P>,
    path: string | undefined,
    { steps, hooks }: { readonly steps: number; readonly hooks: readonly SessionRunHook[] },
  ): Promise<EvalResult> {
    const batches = batchesOf(inputFn, this.#argsOf(ModeKeys.EVAL));
    try {
      const first = await batches.next();
      if (first.done === true) throw headError('INPUT_INVALID', 'inputFn must give at least one batch, got none.');
      let specHooks: readonly SessionRunHook[] = [];
      const { model, globalStep, release } = await this.#holder.at(path, (built) =>
        built.prepared(first.value, async (batch) => {
          specHooks = built.build(batch, ModeKeys.EVAL, (spec) => spec.evaluationHooks);
        }),
      );
      try {
        return await runEvaluation({
          model,
          batches: startingWith(first.value, batches),
          steps,
          globalStep,
          hooks: new Hooks([...hooks, ...specHooks]),
        });
      } finally {
        release();
      }
    } finally {
      await batches.return();
    }
  }

  /** Writes the result of an evaluation where TensorBoard finds it, but for the number of steps. */
  async #summarize(result: EvalResult, checkpointPath: string | undefined, name: string): Promise<void> {
    if (this.modelDir === undefined) return;
    const { global_step: globalStep, ...scalars } = result;
    const path = checkpointPath ?? (await this.latestCheckpoint());
    await summaryWriter(this.evalDir(name)).write({
      globalStep,
      scalars,
      ...(path !== undefined && { texts: { checkpoint_path: path } }),
    });
  }

  /** The results of {@link Estimator.evaluate} so far, of those with a name or of those without, the first one first. */
  evaluations(name = ''): readonly EvalResult[] {
    return this.#evaluations.get(name) ?? [];
  }

  /**
   * Predicts by the latest checkpoint, or the variables as they start where there is none. Nothing is done before the first value is
   * asked for.
   *
   * @returns Of each example the predictions by key, or of each batch
   * @throws INVALID_ARGUMENT, INPUT_INVALID, MODEL_FN_INVALID, PREDICTION_KEY_INVALID, CHECKPOINT_MISSING, CHECKPOINT_INVALID
   */
  async *predict(inputFn: InputFn<P>, options: PredictOptions = {}): AsyncGenerator<Predicted, void, void> {
    const {
      predictKeys,
      checkpointPath,
      hooks,
      yieldSingleExamples = true,
    } = checkOptions('predict', options, ['predictKeys', 'hooks', 'checkpointPath', 'yieldSingleExamples']);
    const keys = predictKeys === undefined ? undefined : checkKeys(predictKeys);
    const own = new Hooks(checkHooks('predict: hooks', hooks));
    let isStopped = false;
    let hasBegun = false;
    let lease: Lease<P> | undefined;
    try {
      for await (const batch of batchesOf(inputFn, this.#argsOf(ModeKeys.PREDICT))) {
        lease ??= await this.#holder.at(checkpointPath, (model) => this.#buildToPredict(model, batch));
        const { model, globalStep } = lease;
        const context = {
          globalStep,
          requestStop: () => {
            isStopped = true;
          },
        };
        if (!hasBegun) await own.begin(context);
        hasBegun = true;
        await own.beforeRun(context);
        const values = await model.prepared(batch, (prepared) => model.predictStep(prepared, keys));
        await own.afterRun(context);
        if (yieldSingleExamples) yield* examplesOf(values);
        else yield values;
        if (isStopped) break;
      }
      if (lease !== undefined) await own.end({ globalStep: lease.globalStep, requestStop: () => undefined });
    } finally {
      lease?.release();
    }
  }

  /**
   * Writes a SavedModel into a new folder that is named by the time in seconds, under Node; the numbers are those of the latest
   * checkpoint.
   *
   * @param exportDirBase The folder in which it is made.
   * @param options `example`: features as the served model is given them, some rows of each; they stay the caller's. `featureSpec`: what serialised examples have,
   *   which it is to take instead.
   * @returns The path of the new folder
   * @throws INVALID_ARGUMENT, CHECKPOINT_MISSING where there is none, and what `exportSavedModel` of tracing throws
   */
  async exportSavedModel(exportDirBase: string, options: ExportSavedModelOptions): Promise<string> {
    const { columnGroups = [] } = (this.#options.prepare ?? {}) as Partial<PrepareByColumns>;
    return savedModel(this.#serve, exportDirBase, options, columnGroups);
  }

  /**
   * Writes a `.onnx` file, under Node: see `exportOnnx` of `@tfjs-heads/tracing/onnx`.
   *
   * @returns What the model takes and gives
   * @throws INVALID_ARGUMENT, CHECKPOINT_MISSING, EXPORT_EXISTS, EXPORT_UNSUPPORTED
   */
  async exportOnnx(file: string, options: ExportFileOptions): Promise<OnnxSpec> {
    return onnx(this.#serve, file, options);
  }

  /**
   * Writes a `.tflite` file, under Node: see `exportTflite` of `@tfjs-heads/tracing/tflite`.
   *
   * @returns What the model takes and gives
   * @throws INVALID_ARGUMENT, CHECKPOINT_MISSING, EXPORT_EXISTS, EXPORT_UNSUPPORTED
   */
  async exportTflite(file: string, options: ExportTfliteOptions): Promise<TfliteSpec> {
    return tflite(this.#serve, file, options);
  }

  /**
   * Writes a folder with a graph model of tfjs, under Node: see `exportGraphModel` of `@tfjs-heads/tracing/graph-model`.
   *
   * @returns What the model takes and gives
   * @throws INVALID_ARGUMENT, CHECKPOINT_MISSING, EXPORT_EXISTS, EXPORT_UNSUPPORTED
   */
  async exportGraphModel(folder: string, options: ExportFileOptions): Promise<GraphModelSpec> {
    return graphModel(this.#serve, folder, options);
  }

  /**
   * Has the prediction of a checkpoint written by any exporter, such as those that give bytes, in browsers, too.
   *
   * ```ts
   * import { toOnnx } from '@tfjs-heads/tracing/onnx';
   * const { bytes } = await estimator.exportWith({ example }, toOnnx);
   * ```
   *
   * @param write Called once, with a prediction that is good until what it returns is there.
   * @returns What `write` returned
   * @throws INVALID_ARGUMENT, CHECKPOINT_MISSING, and what `write` throws
   */
  async exportWith<T>(options: ExportOptions, write: (served: ServedPrediction) => Promise<T> | T): Promise<T> {
    return exportBy(this.#serve, options, write);
  }

  readonly #serve: Serve = async (of, { example, checkpointPath }, write) => {
    if (checkpointPath === undefined && (await this.#checkpoints.latestStep()) === undefined)
      throw headError(
        'CHECKPOINT_MISSING',
        `${of}: there is no checkpoint in ${this.#checkpoints.storage.name}: train first.`,
      );
    const batch: CheckedBatch = { features: example, labels: undefined };
    const { model, release } = await this.#holder.at(checkpointPath, (built) => this.#buildToPredict(built, batch));
    try {
      return await model.prepared(batch, async (prepared) =>
        write({
          predict: (features) => model.spec({ features, labels: undefined }, ModeKeys.PREDICT) as PredictSpec,
          example: [prepared.features],
        }),
      );
    } finally {
      release();
    }
  };

  /** The path of the latest checkpoint; undefined where there is none. */
  async latestCheckpoint(): Promise<string | undefined> {
    return this.#checkpoints.latestPath();
  }

  /**
   * The names of what the latest checkpoint has: variables, `global_step` and the states of optimizers.
   *
   * @throws CHECKPOINT_MISSING, CHECKPOINT_INVALID
   */
  async getVariableNames(): Promise<readonly string[]> {
    return this.#checkpoints.names('getVariableNames');
  }

  /**
   * What the latest checkpoint has under a name. The caller owns the tensor; `global_step` is an int32 scalar.
   *
   * @throws CHECKPOINT_MISSING, CHECKPOINT_INVALID, INVALID_ARGUMENT for a name that it does not have
   */
  async getVariableValue(name: string): Promise<Tensor> {
    return this.#checkpoints.value(name, 'getVariableValue');
  }

  /**
   * What the variables had at the checkpoint of a step, on the host: a function that gives it to them again and leaves the states of optimizers as they are. For hooks.
   *
   * @throws CHECKPOINT_MISSING, CHECKPOINT_INVALID
   */
  async weightsAt(step: number): Promise<() => void> {
    const checkpoint = await this.#checkpoints.read(step);
    return () => restoreWeights(this.#holder.model.store, checkpoint);
  }

  /** Where summaries of an evaluation are: `<modelDir>/eval`, or `<modelDir>/eval_<name>`. */
  evalDir(name?: string): string {
    return `${this.modelDir ?? ''}/${name === undefined || name === '' ? 'eval' : `eval_${name}`}`;
  }

  /** Releases the variables. Checkpoints in a model directory stay. */
  dispose(): void {
    this.#holder.dispose();
  }

  #argsOf(mode: ModeKeys): { mode: ModeKeys; params: P; config: RunConfig } {
    return { mode, params: this.params, config: this.#config };
  }

  async #buildToPredict(model: Model<P>, batch: CheckedBatch): Promise<void> {
    await model.prepared(batch, async (prepared) => model.build(prepared, ModeKeys.PREDICT, () => undefined));
  }
}

async function* startingWith(
  first: CheckedBatch,
  others: AsyncGenerator<CheckedBatch, void, void>,
): AsyncGenerator<CheckedBatch, void, void> {
  yield first;
  yield* others;
}

function checkCount(name: string, given: number | undefined): void {
  if (given === undefined || (typeof given === 'number' && Number.isSafeInteger(given) && given > 0)) return;
  throw headError('INVALID_ARGUMENT', `${name} must be a whole number above 0, got ${describeValue(given)}.`);
}

function checkKeys(given: readonly string[]): readonly string[] {
  const keys = listOf(given);
  if (keys?.every((key) => typeof key === 'string')) return keys as readonly string[];
  throw headError('INVALID_ARGUMENT', `predict: predictKeys must be a list of strings, got ${describeValue(given)}.`);
}

function invalid(name: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `Estimator: ${name} must be ${expected}, got ${describeValue(got)}.`);
}
