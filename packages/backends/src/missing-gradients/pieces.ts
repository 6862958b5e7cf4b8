import type { GradFunc, Tensor } from '@tensorflow/tfjs-core';

/** What comes back to one piece alone, that of an axis of one, is a tensor; tfjs' own takes it for the list of several, and throws. */
export const ofOnePiece =
  (original: GradFunc): GradFunc =>
  (dy, saved, attrs) =>
    original([dy].flat() as Tensor[], saved, attrs);
