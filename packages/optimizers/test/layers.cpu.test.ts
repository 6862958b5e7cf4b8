// In tfjs-layers, and with a head: the two programs that an optimizer is used in.
import { engine, io, memory, serialization, tensor, type Tensor } from '@tensorflow/tfjs-core';
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

async function saveAndLoad(network: LayersModel): Promise<LayersModel> {
  let saved: io.ModelArtifacts = {};
  await network.save(
    io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
    { includeOptimizer: true },
  );
  return loadLayersModel(io.fromMemory(saved));
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
  registerOptimizers();
  registerOptimizers();
  const second = await saveAndLoad(first);
  expect(second.optimizer.getConfig()).toEqual(make().getConfig());
  expect(second.optimizer.iterations).toBe(3);
  expect(await train(second, 3)).toEqual(expected);
});

/** Of a learning rate, with underscores wherever there may be texts. */
class In_Steps extends serialization.Serializable {
  static readonly className = 'Own>In_Steps';
  readonly #config: serialization.ConfigDict;
  constructor(config: serialization.ConfigDict) {
    super();
    this.#config = config;
  }
  rateAt(): number {
    return (this.#config['rate_of'] as Record<string, number>)['all_%5F'] as number;
  }
  getConfig(): serialization.ConfigDict {
    return this.#config;
  }
}
serialization.registerClass(In_Steps);

it('what has underscores is the same when a model is loaded again', async () => {
  registerOptimizers();
  const network = model();
  const optimizer = new AdamW({
    learningRate: new In_Steps({ rate_of: { 'all_%5F': 0.5 }, texts: ['a_b', '%25_'] }),
    excludeFromWeightDecay: ['layer_norm', '[_x]y', String.raw`a\_b`, String.raw`c\\_d`, '(?<a_b>q_)'],
  });
  network.compile({ optimizer, loss: 'meanSquaredError' });
  const loaded = (await saveAndLoad(network)).optimizer as AdamW;
  expect(loaded.getConfig()).toEqual(optimizer.getConfig());
  const rate = loaded.learningRate as In_Steps;
  expect(rate.getConfig()).toEqual({ rate_of: { 'all_%5F': 0.5 }, texts: ['a_b', '%25_'] });
  const decays = (name: string): boolean => (loaded.scalarsFor(name)['decay'] as number) > 0;
  expect(['layer_norm/beta', '_y', 'a_b', String.raw`c\_d`, 'q_'].map(decays)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
  expect(['layerNorm/beta', 'ab', 'c_d', 'q'].map(decays)).toEqual([true, true, true, true]);
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
