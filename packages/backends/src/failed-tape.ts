import { engine } from '@tensorflow/tfjs-core';

/** Releases what tfjs leaves behind, for good, when a function fails while its gradient is recorded. */
export function disposeOfFailedTape(): void {
  const { state } = engine();
  if (state.gradientDepth > 0 || !state.activeTape) return;
  for (const { saved } of state.activeTape) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = [];
}
