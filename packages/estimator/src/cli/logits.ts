import { engine, type Tensor } from '@tensorflow/tfjs-core';
import type { Logits } from '@tfjs-heads/head-api';
import { isPromise, scoped } from '@tfjs-heads/head-kit';
import type { ColumnTensors } from './column-types.js';
import type { LoadedModel } from './model-module.js';

/** The logits of rows, which the caller owns. */
export async function logitsOfRows(model: LoadedModel, features: ColumnTensors): Promise<Logits> {
  let later: Promise<Logits> | undefined;
  const logits = scoped((): Logits | undefined | readonly Tensor[] => {
    const given = model.logits(features);
    if (!isPromise(given)) return given as Logits;
    later = given as Promise<Logits>;
    // What it has made so far it may still need.
    return engine().state.activeScope.track;
  });
  return later === undefined ? (logits as Logits) : await later;
}
