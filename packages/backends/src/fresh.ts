import { engine, type Tensor } from '@tensorflow/tfjs-core';

/** Runs `make`; tells of a tensor that comes of it whether it was made meanwhile, or is one that somebody had before. */
export function noteFresh<T>(make: () => T): { readonly made: T; readonly isFresh: (tensor: Tensor) => boolean } {
  const first = nextId();
  const made = make();
  // Numbers are given in order; a variable is never made for somebody else to dispose of.
  return {
    made,
    isFresh: (tensor) =>
      tensor.id > first && engine().state.registeredVariables[(tensor as { name?: string }).name ?? ''] !== tensor,
  };
}

function nextId(): number {
  return engine()['nextTensorId']();
}
