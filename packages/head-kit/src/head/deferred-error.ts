import { keep } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HeadError } from '@tfjs-heads/head-api';

/** What a device will say about something: the error to raise, or that all is well. */
export interface Question {
  /** A bool scalar. */
  readonly valid: Tensor;
  error(): HeadError;
  onValid(): void;
}

/** Begins to read the answer to a question, for what only the device knows when a head must already return. */
export async function verdictOf({ valid, error, onValid }: Question): Promise<HeadError | undefined> {
  keep(valid);
  try {
    const [isValid] = await valid.data();
    if (!isValid) return error();
    onValid();
    return undefined;
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
  verdict.catch(() => undefined); // nobody may ever read the tensor
  const { data, array } = tensor;
  Object.assign(tensor, { data: guarded(() => data.call(tensor)), array: guarded(() => array.call(tensor)) });
}
