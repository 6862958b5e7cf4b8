// In tfjs-layers, and with a head: the two programs that an optimizer is used in.
import { engine, io, memory, tensor, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { BaseHead, type MetricDefinition, squaredError } from '@tfjs-heads/head-kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Adam, AdamW, CosineDecay, Ftrl, registerOptimizers, SGD } from '../src/index.js';
import { draw, expectAllWithin } from './run.js';

beforeEach(() => engine().startScope());
afterEach(() => engine().endScope());

const [ROWS, INPUTS] = [5, 3];

function model(): LayersModel {
  const network = sequential({ layers: [layers.dense({ units: 1, inputShape: [INPUTS] })] });
  network.setWeights([tensor(draw(1, INPUTS), [INPUTS, 1]), tensor([0.5])]);
  return network;
}

const x = (): Tensor => tensor(draw(2, ROWS * INPUTS), [ROWS, INPUTS]);
const y = (): Tensor => tensor(draw(3, ROWS), [ROWS, 1]);

async function train(network: LayersModel, steps: number): Promise<number[]> {
  for (let step = 0; step < steps; step++) await network.trainOnBatch(x(), y());
  return (await Promise.all(network.getWeights().map(async (weights) => Array.from(await weights.data())))).flat();
}

it.each([
  ['Adam', () => new Adam({ learningRate: 0.1 })],
  ['SGD', () => new SGD({ learningRate: 0.1, momentum: 0.5, globalClipnorm: 1 })],
  [
    'AdamW',
    () =>
      new AdamW({
        learningRate: new CosineDecay({ initialLearningRate: 0.1, decaySteps: 9 }),
        excludeFromWeightDecay: ['bias'],
      }),
  ],
  ['Ftrl', () => new Ftrl({ learningRate: 0.1, l1RegularizationStrength: 0.01 })],
])('a model that was saved with %s goes on with the same bits', async (_, make) => {
  const through = model();
  through.compile({ optimizer: make(), loss: 'meanSquaredError' });
  const expected = await train(through, 6);

  const first = model();
  first.compile({ optimizer: make(), loss: 'meanSquaredError' });
  await train(first, 3);
  let saved: io.ModelArtifacts = {};
  await first.save(
    io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
    { includeOptimizer: true },
  );
  registerOptimizers();
  registerOptimizers();
  const second = await loadLayersModel(io.fromMemory(saved));
  expect(second.optimizer.getConfig()).toEqual(make().getConfig());
  expect(second.optimizer.iterations).toBe(3);
  expect(await train(second, 3)).toEqual(expected);
});

class ToyHead extends BaseHead {
  protected readonly elementLoss = squaredError;
  constructor() {
    super({ logitsDimension: 1 });
  }
  protected predictors(logits: Tensor) {
    return { logits: () => logits };
  }
  protected metricDefinitions(): readonly MetricDefinition[] {
    return [];
  }
}

it('trains a model by a head as by its own loss, and leaves nothing behind', async () => {
  const own = model();
  own.compile({ optimizer: new Adam({ learningRate: 0.1 }), loss: 'meanSquaredError' });
  const expected = await train(own, 3);

  const [network, optimizer, head] = [model(), new Adam({ learningRate: 0.1 }), new ToyHead()];
  const [inputs, labels] = [x(), y()];
  const step = (): void => {
    const spec = head.createEstimatorSpec({
      mode: 'train',
      logits: () => network.apply(inputs) as Tensor,
      labels,
      optimizer,
      trainableVariables: network.trainableWeights,
    });
    if (spec.mode === 'train') spec.trainOp();
    spec.dispose();
  };
  step();
  const before = memory().numTensors;
  step();
  step();
  expect(memory().numTensors).toBe(before);
  const trained = (await Promise.all(network.getWeights().map(async (one) => Array.from(await one.data())))).flat();
  expectAllWithin(trained, expected, 64, 1);
});
