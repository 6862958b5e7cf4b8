// Predictions with heads, each to be exported, and run by TensorFlow beside tfjs.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import type { EstimatorSpec, Head } from '@tfjs-heads/head-api';
import { BinaryClassHead, MultiClassHead, MultiLabelHead } from '@tfjs-heads/head-classification';
import { MultiHead, SequentialHeadWrapper } from '@tfjs-heads/head-multi';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';

export interface Model {
  readonly name: string;
  /** Of a row; ids of words where that is said. */
  readonly shape: readonly number[];
  readonly isOfWords?: true;
  predict(features: { x: tf.Tensor }): EstimatorSpec;
  dispose(): void;
}

const { conv2d, maxPooling2d, flatten, dense, batchNormalization, embedding, lstm, depthwiseConv2d } = layers.layers;

/** Makes them new, on the backend that is set. */
export function makeModels(): Model[] {
  const vocabulary = ['low', 'mid', 'high'];
  return [
    model('linear', new RegressionHead(), [5], [dense({ units: 1, inputShape: [5] })]),
    model(
      'dense',
      new MultiClassHead({ nClasses: 3, labelVocabulary: vocabulary }),
      [5],
      [dense({ units: 8, activation: 'relu', inputShape: [5] }), dense({ units: 3 })],
    ),
    model(
      'several numbers',
      new RegressionHead({ labelDimension: 2 }),
      [5],
      [dense({ units: 4, activation: 'tanh', inputShape: [5] }), dense({ units: 2 })],
    ),
    model(
      'convolutional',
      new MultiLabelHead({ nClasses: 3 }),
      [8, 8, 2],
      [
        conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 2] }),
        batchNormalization(),
        depthwiseConv2d({ kernelSize: 2, padding: 'same', activation: 'elu' }),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        dense({ units: 3 }),
      ],
    ),
    model(
      'embedding',
      new BinaryClassHead({ labelVocabulary: ['no', 'yes'] }),
      [4],
      [embedding({ inputDim: 10, outputDim: 3, inputShape: [4] }), flatten(), dense({ units: 1 })],
      true,
    ),
    model(
      'batch norm',
      new LogisticRegressionHead(),
      [5],
      [dense({ units: 4, inputShape: [5] }), batchNormalization(), dense({ units: 1 })],
    ),
    model(
      'recurrent',
      new PoissonRegressionHead(),
      [6, 3],
      [lstm({ units: 4, recurrentInitializer: 'glorotUniform', inputShape: [6, 3] }), dense({ units: 1 })],
    ),
    sequences(),
    several(),
  ];
}

function model(
  name: string,
  head: Head,
  shape: readonly number[],
  stack: layers.layers.Layer[],
  isOfWords = false,
): Model {
  const network = layers.sequential({ layers: stack });
  return {
    name,
    shape,
    ...(isOfWords && { isOfWords }),
    predict: (features) =>
      head.createEstimatorSpec({ mode: 'infer', features, logits: network.predict(features.x) as tf.Tensor }),
    dispose: () => void network.dispose(),
  };
}

/** A step is real where its numbers are not all negative. */
function sequences(): Model {
  const head = new SequentialHeadWrapper({ staticHead: new MultiClassHead({ nClasses: 3 }) });
  const network = layers.sequential({ layers: [dense({ units: 3, inputShape: [6, 3] })] });
  return {
    name: 'sequences',
    shape: [6, 3],
    predict: ({ x }) => {
      const features = { x, sequence_length_mask: tf.cast(tf.greaterEqual(tf.max(x, -1), 0), 'float32') };
      return head.createEstimatorSpec({ mode: 'infer', features, logits: network.predict(x) as tf.Tensor });
    },
    dispose: () => void network.dispose(),
  };
}

function several(): Model {
  const head = new MultiHead({
    heads: [new RegressionHead({ name: 'size' }), new MultiClassHead({ nClasses: 3, name: 'kind' })],
  });
  const body = layers.sequential({ layers: [dense({ units: 4, activation: 'sigmoid', inputShape: [5] })] });
  const [size, kind] = [1, 3].map((units) => layers.sequential({ layers: [dense({ units, inputShape: [4] })] }));
  return {
    name: 'several heads',
    shape: [5],
    predict(features) {
      const hidden = body.predict(features.x) as tf.Tensor;
      const logits = { size: size?.predict(hidden) as tf.Tensor, kind: kind?.predict(hidden) as tf.Tensor };
      return head.createEstimatorSpec({ mode: 'infer', features, logits });
    },
    dispose: () => [body, size, kind].forEach((part) => part?.dispose()),
  };
}

/** Rows for a model, the same for the same seed. */
export function drawRows({ shape, isOfWords }: Model, rows: number, seed: number): tf.Tensor {
  return isOfWords
    ? tf.randomUniform([rows, ...shape], 0, 10, 'int32', seed)
    : tf.randomUniform([rows, ...shape], -1, 1, 'float32', seed);
}
