import { CallbackList, CustomCallback, EarlyStopping, History } from '@tensorflow/tfjs-layers';
import type { Callbacks } from './layers-model.js';

class Stopped extends Error {}

/**
 * The callbacks of a `fit`, set up by tfjs-layers itself: its loop is started, and stopped at the first thing that it asks of them.
 *
 * @param start Starts `fitLoop` as tfjs-layers has it.
 * @throws What it throws before it asks anything of a callback
 */
export async function callbacksOf(start: () => Promise<unknown>): Promise<Callbacks> {
  const found: Callbacks[] = [];
  const { onTrainBegin } = CallbackList.prototype;
  CallbackList.prototype.onTrainBegin = function (this: Callbacks) {
    found.push(this);
    return Promise.reject(new Stopped());
  };
  let running: Promise<unknown>;
  try {
    running = start();
  } finally {
    CallbackList.prototype.onTrainBegin = onTrainBegin;
  }
  try {
    await running;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
  return found[0] as Callbacks;
}

/** Methods that do nothing, or that turn scalars in logs into numbers before anybody sees them. */
const RESOLVING: Readonly<Record<'onBatchEnd' | 'onEpochEnd', ReadonlySet<unknown>>> = {
  onBatchEnd: new Set<unknown>([CustomCallback.prototype.onBatchEnd, History.prototype.onBatchEnd]),
  onEpochEnd: new Set<unknown>([
    CustomCallback.prototype.onEpochEnd,
    EarlyStopping.prototype.onEpochEnd,
    History.prototype.onEpochEnd,
    (Object.getPrototypeOf(History.prototype) as History).onEpochEnd,
  ]),
};

/** Whether some callback is handed the scalars of tfjs-layers in its logs, so that numbers would be something else to it. */
export function seesScalars({ callbacks }: Callbacks, when: keyof typeof RESOLVING): boolean {
  return callbacks.some((callback) => !RESOLVING[when].has(callback[when]));
}
