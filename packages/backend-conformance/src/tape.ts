import { engine } from '@tensorflow/tfjs-core';

/** tfjs releases what a tape has saved when a gradient is done, but not where its function throws. */
export function releaseTape(): void {
  const { state } = engine();
  for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
  Object.assign(state, { gradientDepth: 0, kernelDepth: 0, activeTape: null });
}
