import { getKernel, registerKernel, unregisterKernel, type KernelFunc } from '@tensorflow/tfjs-core';

// On the function and by a global symbol, so that a second copy of this package sees it too.
const marker = Symbol.for('@tfjs-heads/backends/wrapped');

interface MarkedFunc extends KernelFunc {
  [marker]?: readonly string[];
}

/** Whether `wrapKernel` has put `mark` on this kernel. */
export function isWrapped(mark: string, kernelName: string, backendName: string): boolean {
  const kernel: MarkedFunc | undefined = getKernel(kernelName, backendName)?.kernelFunc;
  return kernel?.[marker]?.includes(mark) ?? false;
}

/** Puts `wrap(original)` in the place of a registered kernel, once for each `mark`. */
export function wrapKernel(
  mark: string,
  kernelName: string,
  backendName: string,
  wrap: (original: KernelFunc) => KernelFunc,
): void {
  const kernel = getKernel(kernelName, backendName);
  if (!kernel || isWrapped(mark, kernelName, backendName)) return;
  const original: MarkedFunc = kernel.kernelFunc;
  const wrapped: MarkedFunc = wrap(original);
  wrapped[marker] = [...(original[marker] ?? []), mark];
  unregisterKernel(kernelName, backendName);
  // Everything else stays, above all `setupFunc`, which a restarted backend calls again.
  registerKernel({ ...kernel, kernelFunc: wrapped });
}
