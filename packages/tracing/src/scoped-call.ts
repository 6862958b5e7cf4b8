import { theEngine } from './engine.js';
import { isThenable } from './structure.js';

/** Runs a step as by `tf.tidy`; one that goes on after it has returned a promise keeps its tensors. */
export function scopedCall(step: () => unknown): unknown {
  const engine = theEngine();
  engine.startScope('step');
  let left: unknown;
  try {
    const returned = step();
    left = isThenable(returned) ? engine.state.activeScope?.track.slice() : returned;
    return returned;
  } finally {
    engine.endScope(left);
  }
}
