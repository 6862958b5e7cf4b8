import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { headError } from '../error.js';
import { describe } from './describe.js';
import { ask, isPromise, isTensor } from './kinds.js';

/**
 * Checks that a value is a tensor that can be computed with.
 *
 * @param name Which argument it is.
 * @param expected What it must be.
 * @throws The given code for what is no tensor, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function checkTensor(name: string, value: unknown, expected: string, code: HeadErrorCode): Tensor {
  if (!isTensor(value)) throw headError(code, `${name} must be ${expected}, got ${describeResult(value)}.`);
  checkLive(name, value);
  return value;
}

/**
 * Checks that a tensor is alive, and that the engine of this tfjs-core knows it.
 *
 * @throws TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function checkLive(name: string, tensor: Tensor): void {
  if (tensor.isDisposed) {
    throw headError('TENSOR_DISPOSED', `${name} must be a live tensor, got ${describe(tensor)} that was disposed of.`);
  }
  if (!engine().state.tensorInfo.has(tensor.dataId)) {
    throw headError(
      'TENSOR_FOREIGN',
      `${name} must be a tensor of the tfjs-core that the head uses, got ${describe(tensor)} whose data its engine does not hold: ` +
        'two copies of tfjs-core are loaded, each with an engine of its own (in two frames, windows or vm contexts), or the tensor is ' +
        "wrapped in a proxy (Vue's reactive does so: use markRaw).",
    );
  }
}

/** Whether a tensor is alive and known to the engine of this tfjs-core. */
export function isLive(tensor: Tensor): boolean {
  return ask(() => !tensor.isDisposed && engine().state.tensorInfo.has(tensor.dataId), false);
}

/** Throws `code` unless the tensor holds numbers: float32, int32 or bool. */
export function checkNumeric(name: string, tensor: Tensor, code: HeadErrorCode): void {
  if (tensor.dtype !== 'float32' && tensor.dtype !== 'int32' && tensor.dtype !== 'bool') {
    throw headError(code, `${name} must be of dtype float32, int32 or bool, got ${describe(tensor)}.`);
  }
}

/** What a function of the user's has returned, or what stands where only a value may. */
export function describeResult(value: unknown): string {
  const text = describe(value);
  return isPromise(value) ? `${text}: async functions are not supported here, nor is anything else that waits` : text;
}
