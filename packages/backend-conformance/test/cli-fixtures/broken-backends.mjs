// Backends that break half way: at the first upload of 33 rows of 3.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { copyRegisteredKernels, registerBackend } from '@tensorflow/tfjs-core';

/**
 * @param {string} name
 * @param {() => void} breakDown
 */
function register(name, breakDown) {
  class Broken extends MathBackendCPU {
    /**
     * @override
     * @type {MathBackendCPU['write']}
     */
    write(values, shape, dtype) {
      if (String(shape) === '33,3') breakDown();
      return super.write(values, shape, dtype);
    }
  }
  registerBackend(name, () => new Broken());
  copyRegisteredKernels('cpu', name);
}

register('sound', () => {});
register('dying', () => {
  console.error('Something about memory.');
  process.exit(7);
});
register('hanging', () => {
  // Without keeping a core busy, where it can be had: a page may not wait, but for an answer.
  if (typeof window === 'undefined') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  const neverAnswers = Reflect.get(globalThis, 'neverAnswers');
  if (neverAnswers !== undefined) {
    const request = new XMLHttpRequest();
    request.open('GET', neverAnswers, false);
    request.send();
  }
  for (;;);
});
