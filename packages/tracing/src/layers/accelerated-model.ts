import { concat, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isCompilable, loadCompiler } from '../compiled/compiled-runner.js';
import { theEngine } from '../engine.js';
import type { RunOptions } from '../run-options.js';
import { fitLoop } from './fit-loop.js';
import { type BatchData, internalsOf, type ModelInternals } from './layers-model.js';
import { ModelStep } from './model-step.js';
import { disposeAll, Rows, RunningMeans, scalarsOf, takeNumbers } from './rows.js';

type Hidden =
  | 'makeTrainFunction'
  | 'makeTestFunction'
  | 'fitLoop'
  | 'testLoop'
  | 'predictLoop'
  | 'trainOnBatch'
  | 'fitDataset';

/** A model of tfjs-layers whose own methods are hidden by ones that run traced steps. */
export class AcceleratedModel {
  readonly train: ModelStep;
  readonly test: ModelStep;
  readonly predict: ModelStep;
  readonly #model: ModelInternals;
  /** What the model had of its own before. */
  readonly #before: Partial<Record<Hidden, PropertyDescriptor>> = {};
  readonly #names: Hidden[] = [];

  constructor(given: LayersModel, running: RunOptions) {
    const model = internalsOf(given);
    this.#model = model;
    const { makeTrainFunction, makeTestFunction } = model;
    const { fitLoop: originalFit, testLoop: originalTest, predictLoop: originalPredict } = model;
    const { layers } = model;

    // Steps that train meanwhile would have learnt what there is before a function is compared, when a loss is a rounding.
    const ready = async (): Promise<void> => {
      if (running.exact !== true && isCompilable(theEngine().backend)) await loadCompiler();
    };
    const plainTrain = makeTrainFunction.call(model);
    this.train = new ModelStep(
      plainTrain,
      () => {
        const { optimizer_, lossFunctions, metricsTensors, collectedTrainableWeights } = model;
        return {
          parts: [optimizer_, lossFunctions, metricsTensors, collectedTrainableWeights],
          configured: [optimizer_, layers],
          optimizer: optimizer_,
        };
      },
      running,
    );
    makeTestFunction.call(model);
    const plainTest = model.testFunction;
    this.test = new ModelStep(
      plainTest,
      () => ({ parts: [model.lossFunctions, model.metricsTensors], configured: [layers], optimizer: undefined }),
      running,
    );
    this.predict = new ModelStep(
      (ins) => [originalPredict.call(model, ins as Tensor[], ins[0]?.shape[0])].flat(),
      () => ({ parts: [], configured: [layers], optimizer: undefined }),
      running,
    );

    this.#hide('makeTrainFunction', () => (data: BatchData) => this.train.run(data));
    this.#hide('makeTestFunction', () => {
      model.testFunction = (data) => this.test.run(data);
    });
    this.#hide('fitLoop', async (...args) => {
      const original = (): Promise<unknown> => originalFit.apply(model, args as never);
      await ready();
      const rows = Rows.of(args[1]);
      return rows === undefined ? original() : fitLoop(model, rows, args, original);
    });
    for (const name of ['trainOnBatch', 'fitDataset'] as const) {
      const original = model[name];
      this.#hide(name, async (...args) => {
        await ready();
        return original.apply(model, args);
      });
    }
    this.#hide('testLoop', (f, ins, batchSize, verbose, steps) => {
      const rows = Rows.of(ins);
      if (rows === undefined || batchSize === undefined || (verbose ?? 0) > 0 || (steps ?? undefined) !== undefined)
        return originalTest.call(model, f, ins, batchSize, verbose, steps);
      const means = new RunningMeans();
      for (let start = 0; start < rows.count; start += batchSize) {
        const end = Math.min(start + batchSize, rows.count);
        const data = rows.slice(start, end);
        try {
          means.add(takeNumbers(f(data)), end - start);
        } finally {
          disposeAll(data);
        }
      }
      return scalarsOf(means.quotients());
    });
    this.#hide('predictLoop', (ins, batchSize = 32, verbose) => {
      const list = [ins].flat();
      const rows = verbose === true ? undefined : Rows.of(list);
      if (rows === undefined) return originalPredict.call(model, ins, batchSize, verbose);
      const outs = this.#predictRows(rows, batchSize);
      return outs.length === 1 ? (outs[0] as Tensor) : outs;
    });
  }

  /** Gives the model its own methods back. */
  release(): void {
    if (this.#names.length === 0) return;
    for (const name of this.#names.splice(0)) {
      const before = this.#before[name];
      if (before === undefined) Reflect.deleteProperty(this.#model, name);
      else Object.defineProperty(this.#model, name, before);
    }
    for (const step of [this.train, this.test, this.predict]) step.dispose();
    this.#model.makeTestFunction();
  }

  #predictRows(rows: Rows, batchSize: number): Tensor[] {
    return tidy(() => {
      const batches: Tensor[][] = [];
      for (let start = 0; start < rows.count; start += batchSize) {
        const data = rows.slice(start, Math.min(start + batchSize, rows.count));
        batches.push(this.predict.run(data));
        disposeAll(data);
      }
      const [first = []] = batches;
      return batches.length === 1
        ? first
        : first.map((_, out) =>
            concat(
              batches.map((outs) => outs[out] as Tensor),
              0,
            ),
          );
    });
  }

  #hide<K extends Hidden>(name: K, method: ModelInternals[K]): void {
    const own = Object.getOwnPropertyDescriptor(this.#model, name);
    if (own !== undefined) this.#before[name] = own;
    this.#names.push(name);
    Object.defineProperty(this.#model, name, { value: method, writable: true, configurable: true });
  }
}
