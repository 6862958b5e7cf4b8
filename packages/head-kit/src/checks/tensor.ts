import type { Tensor } from '@tensorflow/tfjs-core';
import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { headError } from '../error.js';
import { describe } from './describe.js';

/** Throws `TENSOR_DISPOSED` for a disposed tensor. */
export function checkNotDisposed(name: string, tensor: Tensor): void {
  if (tensor.isDisposed) {
    throw headError('TENSOR_DISPOSED', `${name} must be a live tensor, but ${describe(tensor)} came that was disposed.`);
  }
}

/** Throws `code` unless the tensor holds numbers: float32, int32 or bool. */
export function checkNumeric(name: string, tensor: Tensor, code: HeadErrorCode): void {
  if (tensor.dtype !== 'float32' && tensor.dtype !== 'int32' && tensor.dtype !== 'bool') {
    throw headError(code, `${name} must be of dtype float32, int32 or bool, but ${describe(tensor)} came.`);
  }
}
