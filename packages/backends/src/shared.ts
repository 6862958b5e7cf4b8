import { engine } from '@tensorflow/tfjs-core';

/**
 * State that all copies of this package in a program have in common. It hangs on tfjs' engine, of which a program has one,
 * however many copies of tfjs-core it has.
 */
export function shared<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`@tfjs-heads/backends/${name}`);
  const holder = engine() as unknown as Record<symbol, T | undefined>;
  return (holder[key] ??= make());
}
