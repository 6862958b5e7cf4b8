import type { ProvidedContext } from 'vitest';

/** tfjs-core's own, on every backend. */
const secondDerivatives = [
  'exp',
  'sigmoid',
  'tanh',
  'elu',
  'pow-of-exponent',
  'softmax',
  'log-softmax',
  'custom-of-value',
  'softmax-cross-entropy',
  'custom-of-intermediate',
  'third',
].map((name) => `tfjs:op:second-derivative:case=${name}`);

const gradientsByAxis = [
  'tfjs:op:gradient:case=cumsum-of-first-axis',
  ...['prod', 'prod-kept', 'cumsum', 'cumsum-exclusive-reverse'].map((name) => `tfjs:op:axis:case=${name}`),
];
const negativeAxes = [...gradientsByAxis, 'tfjs:op:axis:case=cumprod', 'tfjs:op:axis:case=cumprod-exclusive-reverse'];

/** The cases about the backend that fail without a repair and pass with it: for each backend, by the repair that cures them. */
export const withoutRepairs: Readonly<Record<ProvidedContext['backend'], Readonly<Record<string, readonly string[]>>>> =
  {
    cpu: { 'negative-axes': negativeAxes, 'second-derivatives': secondDerivatives },
    tensorflow: {
      'negative-axes': [...gradientsByAxis, 'tfjs:op:axis:case=gather'],
      'second-derivatives': secondDerivatives,
    },
    webgpu: { 'negative-axes': negativeAxes, 'second-derivatives': secondDerivatives },
    wasm: {
      'negative-axes': negativeAxes,
      'second-derivatives': secondDerivatives,
      'wasm-element-types': [
        'tfjs:op:self-test:case=chosen-bools',
        'tfjs:op:whole-numbers:case=where-of-bool',
        'tfjs:op:whole-numbers:case=clip',
        'tfjs:op:whole-numbers:case=equal-strings',
        'tfjs:op:whole-numbers:case=cast-to-bool',
        'tfjs:op:whole-numbers:case=count-of-a-mask',
        'tfjs:op:layout:case=reverse-of-bool',
        'tfjs:op:layout:case=strided-slice-of-bool',
        'tfjs:op:layout:case=strided-slice-of-whole-numbers',
        'tfjs:op:index:case=one-hot-of-floats',
        'tfjs:op:index:case=one-hot-of-bool',
      ],
      'wasm-unsorted-segment-sum': [
        'tfjs:op:self-test:case=embedding-gradient',
        'tfjs:op:axis:case=gather',
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
      'negative-axes': negativeAxes,
      'second-derivatives': secondDerivatives,
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
