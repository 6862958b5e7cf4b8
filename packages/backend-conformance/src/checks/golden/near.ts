import type { Tensor } from '@tensorflow/tfjs-core';
import type { GoldenValues } from '../../goldens/format.js';
import { numbersOf } from '../../goldens/values.js';
import type { Judge } from '../../judge.js';

/** Numbers hold the golden values, at the indices that these are given for. */
export function near(judge: Judge, what: string, actual: ArrayLike<number>, { values, at, scale, k }: GoldenValues): void {
  const shown = at === undefined ? actual : at.map((i) => actual[i] as number);
  judge.near(what, shown, numbersOf(values), { k, scale });
}

/** A float32 tensor of a shape holds the golden values. */
export async function tensorNear(judge: Judge, what: string, actual: Tensor, shape: readonly number[], expected: GoldenValues): Promise<void> {
  judge.equal(`the shape of ${what}`, actual.shape, shape);
  judge.equal(`the dtype of ${what}`, actual.dtype, 'float32');
  near(judge, what, await actual.data(), expected);
}
