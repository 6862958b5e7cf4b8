import type { Tensor } from '@tensorflow/tfjs-core';
import { type Backend, type BackendData, theEngine } from './engine.js';

/** Gives a tensor other numbers; who else has its data keeps them. */
export function replaceData(tensor: Tensor, numbers: BackendData, backend: Backend): void {
  const engine = theEngine();
  const dataId = backend.write(numbers, tensor.shape, tensor.dtype) as object;
  engine.disposeTensor(tensor);
  tensor.dataId = dataId;
  engine.trackTensor(tensor, backend);
}
