import { tidy } from '@tensorflow/tfjs-core';
import type { TensorContainer } from '@tensorflow/tfjs-core';

/** `tidy` for functions whose result holds more than tensors, such as class names. */
export function scoped<T>(run: () => T): T {
  return tidy(run as () => TensorContainer) as T;
}
