import type { Tensor } from '@tensorflow/tfjs-core';

/** Errors that only a device knows and that travel with a value, as head-kit has them: see `rejectReads` there. Known to every package by this name. */
const CHECKS = Symbol.for('tfjs-heads.deviceChecks/1');

/** What a device will say about a value: the error to raise, or that all is well. */
export type DeviceCheck = Promise<Error | undefined>;

/** The checks that a value depends on. */
export function checksOf(tensor: Tensor): readonly DeviceCheck[] {
  return (tensor as { readonly [CHECKS]?: readonly DeviceCheck[] })[CHECKS] ?? [];
}

/** Makes `data()` and `array()` of a tensor reject with the error of a check, if one has an error. */
export function guardReads<T extends Tensor>(tensor: T, checks: readonly DeviceCheck[]): T {
  if (checks.length === 0) return tensor;
  for (const check of checks) check.catch(() => undefined); // nobody may ever read the tensor
  const { data, array } = tensor;
  const guarded =
    <V>(read: () => Promise<V>) =>
    async (): Promise<V> => {
      const [values, ...errors] = await Promise.all([read(), ...checks]);
      for (const error of errors) if (error !== undefined) throw error;
      return values;
    };
  return Object.assign(tensor, {
    [CHECKS]: checks,
    data: guarded(() => data.call(tensor)),
    array: guarded(() => array.call(tensor)),
  });
}
