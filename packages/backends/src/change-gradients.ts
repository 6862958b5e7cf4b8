import {
  type GradFunc,
  getGradient,
  type GradConfig,
  registerGradient,
  unregisterGradient,
} from '@tensorflow/tfjs-core';

// On the function and by a global symbol, so that a second copy of this package sees it too.
const marker = Symbol.for('@tfjs-heads/backends/changed');

interface MarkedFunc extends GradFunc {
  [marker]?: readonly string[];
}

/**
 * Puts `change(original)` in the place of the gradients of some kernels, once for each `mark`. Gradients are those of all backends.
 *
 * @returns The kernels whose gradients were changed now: those that have one
 */
export function changeGradients(
  mark: string,
  kernelNames: readonly string[],
  change: (original: GradFunc, kernelName: string) => GradFunc,
): readonly string[] {
  return kernelNames.filter((kernelName) => {
    const config: GradConfig | undefined = getGradient(kernelName);
    const original: MarkedFunc | undefined = config?.gradFunc;
    if (config === undefined || original === undefined || original[marker]?.includes(mark)) return false;
    const changed: MarkedFunc = change(original, kernelName);
    changed[marker] = [...(original[marker] ?? []), mark];
    unregisterGradient(kernelName);
    registerGradient({ ...config, gradFunc: changed });
    return true;
  });
}
