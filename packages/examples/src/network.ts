import { tensor1d, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';

/**
 * One hidden layer, and a logit for each output bias. The seeds make every backend start from the same weights, and the
 * biases make the network start from sensible constants instead of finding them first.
 */
export function smallNetwork(options: { inputs: number; hidden: number; outputBiases: readonly number[] }): Sequential {
  const weights = (seed: number) => initializers.glorotUniform({ seed });
  const hidden = layers.dense({
    inputShape: [options.inputs],
    units: options.hidden,
    activation: 'relu',
    kernelInitializer: weights(1),
  });
  const output = layers.dense({ units: options.outputBiases.length, kernelInitializer: weights(2) });
  const network = sequential({ layers: [hidden, output] });
  const [kernel] = output.getWeights();
  const bias = tensor1d([...options.outputBiases]);
  output.setWeights([kernel as Tensor, bias]);
  bias.dispose();
  return network;
}
