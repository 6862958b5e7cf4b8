import { initializers, layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';

/**
 * One hidden layer, one logit. The seeds make every backend start from the same weights, and the
 * bias makes the network start from a sensible constant instead of finding it first.
 */
export function smallNetwork(options: { inputs: number; hidden: number; outputBias: number }): Sequential {
  const weights = (seed: number) => initializers.glorotUniform({ seed });
  return sequential({
    layers: [
      layers.dense({
        inputShape: [options.inputs],
        units: options.hidden,
        activation: 'relu',
        kernelInitializer: weights(1),
      }),
      layers.dense({
        units: 1,
        kernelInitializer: weights(2),
        biasInitializer: initializers.constant({ value: options.outputBias }),
      }),
    ],
  });
}
