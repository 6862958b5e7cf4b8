import { Failure, freezeChecks, Judge } from '@tfjs-heads/conformance-kit';
import { keepWholeStacks } from '@tfjs-heads/conformance-kit/host';
import { lockBuiltIns } from './lock.js';

/** Makes a process or a page ready for code under test, which is loaded afterwards: what the suite judges by is not to be changed any more. */
export function lockSuite(): void {
  keepWholeStacks();
  for (const { prototype } of [Judge, Failure]) Object.freeze(prototype);
  freezeChecks();
  lockBuiltIns();
}
