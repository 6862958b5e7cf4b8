// Errors that only a device knows when a head must already return: they travel with the value that they are about.
import { customGrad, keep, mul, reshape } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type DeviceCheck, type DeviceQuestion, recorderNow } from './recording.js';

export type { DeviceCheck, DeviceQuestion };

/** Who reads the answers of a device with other values; undefined where each is read alone. */
let readTogether: ((valid: Tensor) => Promise<boolean>) | undefined;

/** Runs something whose checks are read by somebody else, with other values: a device is waited for once. */
export function checkedBy<T>(read: (valid: Tensor) => Promise<boolean>, run: () => T): T {
  const outside = readTogether;
  readTogether = read;
  try {
    return run();
  } finally {
    readTogether = outside;
  }
}

/** The answer of a device, by a read of its own. */
export async function readAlone(valid: Tensor): Promise<boolean> {
  const [isValid] = await valid.data();
  return Boolean(isValid);
}

/** Begins to read whether something is valid. */
export function deviceCheck(question: DeviceQuestion): DeviceCheck {
  const ask = (): DeviceCheck => answer(question);
  return Object.assign(recorderNow()?.asksDevice(question, ask) ?? ask(), { [VALID]: question.valid });
}

async function answer({ valid, error, of, known }: DeviceQuestion): DeviceCheck {
  keep(valid);
  try {
    if (!(await (readTogether?.(valid) ?? readAlone(valid)))) return error();
    if (of !== undefined) known?.add(of);
    return undefined;
  } finally {
    valid.dispose();
  }
}

/** Under a name that every copy of this package knows, since a head may be made of heads that have one of their own. */
const CHECKS = Symbol.for('tfjs-heads.deviceChecks/1');

/** A check's bool scalar, alive until the device has answered. */
const VALID = Symbol.for('tfjs-heads.deviceChecks/1/valid');

/** What is not known yet of the checks of some values: bool scalars, which are the checks' own. */
export function openQuestions(values: readonly Tensor[]): readonly Tensor[] {
  const checks = new Set(values.flatMap(checksOf)) as ReadonlySet<{ readonly [VALID]?: Tensor }>;
  return [...checks].flatMap((check) => check[VALID] ?? []).filter(({ isDisposed }) => !isDisposed);
}

/** The checks that a value depends on; those of all that it was made of, if the kit made it. */
export function checksOf(tensor: Tensor): readonly DeviceCheck[] {
  return (tensor as { readonly [CHECKS]?: readonly DeviceCheck[] })[CHECKS] ?? [];
}

/** Makes `data()` and `array()` of a tensor reject with the error of a check, if one has an error. */
export function rejectReads<T extends Tensor>(tensor: T, checks: readonly DeviceCheck[]): T {
  const others = checksOf(tensor);
  const added = checks.filter((check) => !others.includes(check));
  if (added.length === 0) return tensor;
  const guarded =
    <V>(read: () => Promise<V>) =>
    async (): Promise<V> => {
      const [values, ...errors] = await Promise.all([read(), ...added]);
      for (const error of errors) if (error !== undefined) throw error;
      return values;
    };
  for (const check of added) check.catch(() => undefined); // nobody may ever read the tensor
  const { data, array } = tensor;
  return Object.assign(tensor, {
    [CHECKS]: [...others, ...added],
    data: guarded(() => data.call(tensor)),
    array: guarded(() => array.call(tensor)),
  });
}

/** Gives a tensor the checks of what it was made of: whatever makes one of others does so, or a named error becomes a NaN. */
export function carryChecks<T extends Tensor>(made: T, of: readonly Tensor[]): T {
  return of.some((tensor) => CHECKS in tensor) ? rejectReads(made, of.flatMap(checksOf)) : made;
}

/** A copy that knows the errors of the original. Differentiable as often as asked for, with no registered gradient. */
export function copyOf<T extends Tensor>(tensor: T): T {
  return carryChecks(times(tensor, 1) as T, [tensor]);
}

/**
 * `tensor * factor`, in another shape of the same size if one is given. Differentiable as often as asked for, with no registered
 * gradient, and saves nothing on the tape: tfjs would never release it where an error follows.
 */
export function times(tensor: Tensor, factor: number, shape: number[] = tensor.shape): Tensor {
  return customGrad((x) => ({
    // A reshape shares the data and runs nothing.
    value: reshape(factor === 1 ? (x as Tensor) : mul(x as Tensor, factor), shape),
    gradFunc: (dy: Tensor) => times(dy, factor, tensor.shape),
  }))(tensor);
}
