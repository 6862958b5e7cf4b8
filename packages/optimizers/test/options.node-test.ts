import { serialization } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { Adagrad, Adam, Adamax, AdamW, Ftrl, Lion, Nadam, registerOptimizers, RMSprop, SGD } from '../src/index.js';

class Fails extends serialization.Serializable {
  static readonly className = 'Own>Fails';
  constructor() {
    super();
    throw new TypeError('no');
  }
  getConfig(): serialization.ConfigDict {
    return {};
  }
}
serialization.registerClass(Fails);

const all = { Adagrad, Adam, AdamW, Adamax, Ftrl, Lion, Nadam, RMSprop, SGD };

describe.each(Object.entries(all))('%s', (name, Optimizer) => {
  it.each<[string, object | number, string[]]>([
    ['a rate that is negative', { learningRate: -1 }, ['learningRate', 'at least 0', 'got the number -1']],
    ['a rate that is NaN', { learningRate: NaN }, ['learningRate', 'got the number NaN']],
    ['a rate beyond float32', { learningRate: 1e39 }, ['learningRate', 'float32', 'got the number 1e+39']],
    ['a clip beyond float32', { clipvalue: 1e-50 }, ['clipvalue', 'float32', 'got the number 1e-50']],
    ['a rate that is null', { learningRate: null }, ['learningRate', 'got null']],
    ['a rate that is text', { learningRate: '0.1' }, ['learningRate', 'got the string "0.1"']],
    ['a rate that is no schedule', { learningRate: { rateAt: 1 } }, ['learningRate', 'rateAt', 'got an object']],
    ['a misspelled option', { learningrate: 1 }, ["'learningrate'", "did you mean 'learningRate'"]],
    ['options that are none', 0.1, ['must be an object', 'got the number 0.1']],
    ['two ways to clip', { clipnorm: 1, clipvalue: 1 }, ['clipvalue and clipnorm']],
    ['a clip at 0', { globalClipnorm: 0 }, ['globalClipnorm', 'above 0', 'got the number 0']],
    ['a decay that is negative', { weightDecay: -0.1 }, ['weightDecay', 'got the number -0.1']],
    [
      'patterns that are no list',
      { excludeFromWeightDecay: 'bias' },
      ['excludeFromWeightDecay', 'got the string "bias"'],
    ],
    ['a pattern that is none', { excludeFromWeightDecay: ['('] }, ['excludeFromWeightDecay[0]', "got '('"]],
    ['a pattern that is no text', { excludeFromWeightDecay: [1] }, ['excludeFromWeightDecay[0]', 'got the number 1']],
  ])('refuses %s', (_, options, fragments) => {
    expect(() => new Optimizer(options as never)).toThrowCoded('INVALID_ARGUMENT', [name, ...fragments]);
  });

  it('is made again of its settings', () => {
    const optimizer = new Optimizer({
      learningRate: 0.25,
      clipnorm: 2,
      weightDecay: 0.5,
      excludeFromWeightDecay: ['b$'],
    });
    const config = JSON.parse(JSON.stringify(optimizer.getConfig())) as never;
    const again = Optimizer.fromConfig(Optimizer as never, config) as typeof optimizer;
    expect(again.getConfig()).toEqual(optimizer.getConfig());
    expect(again.scalarsFor('b')).toEqual(optimizer.scalarsFor('b'));
    expect(again.scalarsFor('a')['decay']).toBe(0.125);
    expect(again.scalarsFor('b')['decay']).toBe(0);
    expect(optimizer.getClassName()).toBe(`TfjsHeads>${name}`);
  });

  it.each([[null], [undefined], [5], [[]], ['Adam']])('refuses to be made of %j', (config) => {
    expect(() => Optimizer.fromConfig(Optimizer as never, config as never)).toThrowCoded('INVALID_ARGUMENT', [
      name,
      'config',
    ]);
  });

  it.each<[string, object, string[]]>([
    ['an optimizer', { className: 'TfjsHeads>SGD', config: {} }, ["'TfjsHeads>SGD'"]],
    ['a class that fails', { className: 'Own>Fails', config: {} }, ["'Own>Fails'"]],
    ['a class that there is none of', { className: 'None', config: {} }, ["'None'"]],
    ['a schedule without its settings', { className: 'CosineDecay' }, ['learningRate.config', 'got undefined']],
    ['a schedule with wrong ones', { className: 'CosineDecay', config: {} }, ['CosineDecay: initialLearningRate']],
  ])('refuses a rate that is made of %s', (_, learningRate, fragments) => {
    registerOptimizers();
    const make = (): unknown => Optimizer.fromConfig(Optimizer as never, { learningRate } as never);
    expect(make).toThrowCoded('INVALID_ARGUMENT', fragments);
  });

  it('refuses a rate that is set to what is none, and goes on', () => {
    const optimizer = new Optimizer();
    const { learningRate } = optimizer;
    expect(() => (optimizer.learningRate = -1)).toThrowCoded('INVALID_ARGUMENT', [name, 'got the number -1']);
    expect(optimizer.learningRate).toBe(learningRate);
    optimizer.learningRate = 0.5;
    expect(optimizer.getConfig()['learningRate']).toBe(0.5);
  });
});

it.each<[string, () => unknown, string[]]>([
  ['Adam, beta1 1', () => new Adam({ beta1: 1 }), ['Adam: beta1', 'below 1', 'got the number 1']],
  ['AdamW, epsilon', () => new AdamW({ epsilon: -1 }), ['AdamW: epsilon', 'got the number -1']],
  ['Adam, epsilon', () => new Adam({ epsilon: 1e-50 }), ['Adam: epsilon', 'float32', 'got the number 1e-50']],
  [
    'Ftrl, a rate that is 0 in float32',
    () => new Ftrl({ learningRate: 1e-46 }).scalarsFor('x'),
    ['Ftrl: learningRate', 'got 1e-46'],
  ],
  [
    'Ftrl, what is infinite in float32',
    () => new Ftrl({ learningRate: 1e-40, beta: 1 }).scalarsFor('x'),
    ['Ftrl', 'float32', 'twoL2'],
  ],
  [
    'AdamW, a decay that is infinite in float32',
    () => new AdamW({ learningRate: 1e30, weightDecay: 1e30 }).scalarsFor('x'),
    ['AdamW', 'decay'],
  ],
  ['Adam, amsgrad', () => new Adam({ amsgrad: 'yes' as never }), ['Adam: amsgrad', 'got the string "yes"']],
  ['SGD, momentum', () => new SGD({ momentum: 1.5 }), ['SGD: momentum', 'from 0 to 1', 'got the number 1.5']],
  ['SGD, nesterov', () => new SGD({ nesterov: 1 as never }), ['SGD: nesterov', 'true or false']],
  ['RMSprop, rho', () => new RMSprop({ rho: -0.1 }), ['RMSprop: rho', 'got the number -0.1']],
  ['Ftrl, power', () => new Ftrl({ learningRatePower: 1 }), ['Ftrl: learningRatePower', 'at most 0']],
  ['Ftrl, l1', () => new Ftrl({ l1RegularizationStrength: -1 }), ['Ftrl: l1RegularizationStrength']],
  ['Adagrad', () => new Adagrad({ initialAccumulatorValue: -1 }), ['Adagrad: initialAccumulatorValue']],
  ['Lion, beta2', () => new Lion({ beta2: 2 }), ['Lion: beta2', 'got the number 2']],
])('refuses a setting: %s', (_, make, fragments) => expect(make).toThrowCoded('INVALID_ARGUMENT', fragments));
