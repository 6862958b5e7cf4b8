import { engine } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach } from 'vitest';

/** Releases the tensors of each test of a file. */
export function releaseTensors(): void {
  beforeEach(() => engine().startScope());
  afterEach(() => engine().endScope());
}
