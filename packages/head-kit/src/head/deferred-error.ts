import { keep } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HeadError } from '@tfjs-heads/head-api';

/**
 * Begins to read a bool scalar and gives the error to raise if it is false. For what only the device
 * knows when a head must already return.
 */
export async function verdictOf(valid: Tensor, error: () => HeadError): Promise<HeadError | undefined> {
  keep(valid);
  try {
    const [isValid] = await valid.data();
    return isValid ? undefined : error();
  } finally {
    valid.dispose();
  }
}

/** Makes the asynchronous reads of a tensor reject with the error of a verdict, if it has one. */
export function raiseOnRead(tensor: Tensor, verdict: Promise<HeadError | undefined>): void {
  const guarded =
    <T>(read: () => Promise<T>) =>
    async (): Promise<T> => {
      const [values, error] = await Promise.all([read(), verdict]);
      if (error !== undefined) throw error;
      return values;
    };
  const { data, array } = tensor;
  Object.assign(tensor, { data: guarded(() => data.call(tensor)), array: guarded(() => array.call(tensor)) });
}
