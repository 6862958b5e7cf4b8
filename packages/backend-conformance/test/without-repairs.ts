import type { BackendName } from '../../../tools/test/backend/name.js';

/** The cases about the backend that fail without a repair and pass with it: for each backend, by the repair that cures them. */
export const withoutRepairs: Readonly<Record<BackendName, Readonly<Record<string, readonly string[]>>>> = {
  cpu: {},
  tensorflow: {},
  webgpu: {},
  wasm: {
    'wasm-unsorted-segment-sum': [
      'tfjs:op:self-test:case=embedding-gradient',
      'tfjs:op:index:case=segment-sum',
      'tfjs:op:gradient:case=gather',
      'tfjs:op:gradient:case=frequent-row',
    ],
    'wasm-large-sums': [
      'tfjs:op:self-test:case=large-sum',
      'tfjs:op:sum:case=large',
      'tfjs:op:sum:case=large-by-rows',
      'tfjs:op:sum:case=large-prime',
      'tfjs:op:sum:case=count-beyond-2^24',
    ],
    'wasm-stale-weights': ['tfjs:op:self-test:case=reshaped-operand', 'tfjs:op:product:case=reshaped-right'],
    'wasm-fused-matmul': [
      'tfjs:op:self-test:case=fused-product',
      'tfjs:op:fused-product:case=first-transposed',
      'tfjs:op:fused-product:case=second-transposed',
      'tfjs:op:fused-product:case=batched',
    ],
  },
  webgl: {
    'webgl-padding': [
      'tfjs:op:self-test:case=gradient',
      'tfjs:op:infinity:case=relu',
      'tfjs:op:nan:case=clip',
      'tfjs:op:product:case=of-computed',
      'tfjs:op:product:case=of-sums',
      'tfjs:op:product:case=of-clipped',
      'tfjs:op:product:case=of-sigmoids',
      'tfjs:op:fused-product:case=product-of-sigmoids',
      'tfjs:op:network:case=ten-steps-of-sgd',
    ],
    'webgl-epsilon': [
      'tfjs:op:self-test:case=training-step',
      'tfjs:op:precision:case=said',
      'tfjs:op:optimizer:case=adam',
      'tfjs:op:optimizer:case=adamax',
      'tfjs:op:optimizer:case=rmsprop',
    ],
  },
};
