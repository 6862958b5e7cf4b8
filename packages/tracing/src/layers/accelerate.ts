import { LayersModel, Sequential } from '@tensorflow/tfjs-layers';
import { checkOptions, describeValue, headError } from '@tfjs-heads/head-kit';
import { isCompilable, loadCompiler } from '../compiled/compiled-runner.js';
import { theEngine } from '../engine.js';
import { checkRunOptions, RUN_OPTIONS, type RunOptions } from '../run-options.js';
import { AcceleratedModel } from './accelerated-model.js';

/** A model that has been accelerated. */
export interface Acceleration {
  /** Why the last training step ran as before, in a sentence; undefined where it ran as a recording. */
  readonly reason: string | undefined;
  /** The programs of `fit`, `evaluate` and `predict` as text, or the reasons why there are none. */
  toString(): string;
  /** Makes the model train as before. Weights, optimizer and history stay. */
  dispose(): void;
}

const accelerations = new WeakMap<LayersModel, Acceleration>();

/**
 * Makes `fit`, `fitDataset`, `trainOnBatch`, `evaluate`, `evaluateDataset` and `predict` of a model of tfjs-layers run by traced steps.
 *
 * ```ts
 * import { accelerate } from '@tfjs-heads/tracing/layers';
 *
 * model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
 * const acceleration = accelerate(model);
 * await model.fit(x, y, { epochs: 10, validationData: [xVal, yVal] });
 * console.log(acceleration.reason); // undefined, or why it trained as before
 * ```
 *
 * Nothing else changes: history, metrics, callbacks, class weights, the order of shuffled rows, and the numbers but for rounding. A model may be compiled or built after that, or again;
 * rates that are set are seen. What cannot be traced (a layer that draws or reads numbers, keeps states or differs from step to step) runs as before.
 *
 * @param model Made by the copy of tfjs-layers that is found from here. Accelerated already: the one before ends.
 * @throws INVALID_ARGUMENT; training TRACE_CHANGED where a loss, metric or layer is found to compute with other numbers of JavaScript than before (see `traceStep`)
 */
export function accelerate(model: LayersModel, options: RunOptions = {}): Acceleration {
  if (!(model instanceof LayersModel))
    throw headError(
      'INVALID_ARGUMENT',
      `accelerate: model must be a model of the tfjs-layers that is found from @tfjs-heads/tracing, got ${describeValue(model)}.`,
    );
  const running = checkRunOptions('accelerate', checkOptions('accelerate', options, RUN_OPTIONS));
  accelerations.get(model)?.dispose();
  if (running.exact !== true && isCompilable(theEngine().backend)) void loadCompiler();
  const { now, release } = model instanceof Sequential ? ofSequence(model, running) : ofModel(model, running);
  const acceleration: Acceleration = {
    get reason() {
      const accelerated = now();
      return accelerated === undefined ? UNBUILT : accelerated.train.reason;
    },
    toString() {
      const accelerated = now();
      if (accelerated === undefined) return UNBUILT;
      return `fit: ${accelerated.train}\nevaluate: ${accelerated.test}\npredict: ${accelerated.predict}`;
    },
    dispose() {
      if (accelerations.get(model) !== acceleration) return;
      accelerations.delete(model);
      Reflect.deleteProperty(model, 'dispose');
      release();
    },
  };
  accelerations.set(model, acceleration);
  Object.defineProperty(model, 'dispose', {
    value: () => {
      acceleration.dispose();
      return model.dispose();
    },
    configurable: true,
  });
  return acceleration;
}

const UNBUILT = 'The model has not been built yet.';

/** What is accelerated now, and how it is given back. */
interface Accelerated {
  now(): AcceleratedModel | undefined;
  release(): void;
}

function ofModel(model: LayersModel, running: RunOptions): Accelerated {
  const accelerated = new AcceleratedModel(model, running);
  return { now: () => accelerated, release: () => accelerated.release() };
}

/** A sequence has a model within that does its work, and makes another one when it is built again. */
function ofSequence(model: Sequential, running: RunOptions): Accelerated {
  let within = (model as unknown as { model?: LayersModel }).model;
  let accelerated: AcceleratedModel | undefined;
  const begin = (next: LayersModel | undefined): void => {
    accelerated?.release();
    within = next;
    accelerated = next && new AcceleratedModel(next, running);
  };
  begin(within);
  Object.defineProperty(model, 'model', { get: () => within, set: begin, enumerable: true, configurable: true });
  return {
    now: () => accelerated,
    release() {
      accelerated?.release();
      Object.defineProperty(model, 'model', { value: within, writable: true, enumerable: true, configurable: true });
    },
  };
}
