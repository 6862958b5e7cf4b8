import { serialization } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  Adam,
  CosineDecay,
  ExponentialDecay,
  InverseTimeDecay,
  type LearningRateSchedule,
  PiecewiseConstantDecay,
  PolynomialDecay,
  SGD,
} from '../src/index.js';

// By hand, from the formulas of Keras' documentation.
it.each<[string, LearningRateSchedule, Record<number, number>]>([
  [
    'exponential',
    new ExponentialDecay({ initialLearningRate: 0.5, decaySteps: 4, decayRate: 0.25 }),
    { 0: 0.5, 2: 0.25, 4: 0.125, 8: 0.03125 },
  ],
  [
    'exponential stairs',
    new ExponentialDecay({ initialLearningRate: 0.5, decaySteps: 4, decayRate: 0.25, staircase: true }),
    { 0: 0.5, 3: 0.5, 4: 0.125, 7: 0.125 },
  ],
  [
    'inverse time',
    new InverseTimeDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 0.5 }),
    { 0: 1, 1: 0.8, 4: 0.5 },
  ],
  [
    'inverse time stairs',
    new InverseTimeDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 1, staircase: true }),
    { 0: 1, 1: 1, 2: 0.5, 3: 0.5 },
  ],
  [
    'polynomial',
    new PolynomialDecay({ initialLearningRate: 1, decaySteps: 4, endLearningRate: 0.5, power: 2 }),
    { 0: 1, 2: 0.625, 4: 0.5, 100: 0.5 },
  ],
  [
    'polynomial cycles',
    new PolynomialDecay({ initialLearningRate: 1, decaySteps: 4, endLearningRate: 0, cycle: true }),
    { 0: 1, 2: 0.5, 4: 0, 5: 0.375, 8: 0, 9: 0.25 },
  ],
  ['cosine', new CosineDecay({ initialLearningRate: 1, decaySteps: 4, alpha: 0.5 }), { 0: 1, 2: 0.75, 4: 0.5, 9: 0.5 }],
  [
    'cosine after a warm-up',
    new CosineDecay({ initialLearningRate: 0.25, decaySteps: 4, warmupTarget: 1, warmupSteps: 3 }),
    { 0: 0.25, 1: 0.5, 2: 0.75, 3: 1, 5: 0.5, 7: 0, 8: 0 },
  ],
  [
    'piecewise',
    new PiecewiseConstantDecay({ boundaries: [2, 5], values: [1, 0.5, 0.25] }),
    { 0: 1, 2: 1, 3: 0.5, 5: 0.5, 6: 0.25, 1e6: 0.25 },
  ],
])('%s', (_, schedule, rates) => {
  for (const [step, rate] of Object.entries(rates)) expect(schedule.rateAt(Number(step)), step).toBeCloseTo(rate, 15);
  const optimizer = new Adam({ learningRate: schedule });
  const config = JSON.parse(JSON.stringify(optimizer.getConfig())) as serialization.ConfigDict;
  const { learningRate } = Adam.fromConfig(Adam as never, config) as Adam;
  for (const step of Object.keys(rates)) {
    expect((learningRate as LearningRateSchedule).rateAt(Number(step))).toBe(schedule.rateAt(Number(step)));
  }
});

it('a schedule of somebody else is told by its class name, once it is registered', () => {
  class Halving extends serialization.Serializable {
    static readonly className: string = 'Halving';
    rateAt(step: number): number {
      return 2 ** -step;
    }
    getConfig(): serialization.ConfigDict {
      return {};
    }
  }
  const optimizer = new SGD({ learningRate: new Halving() });
  const config = optimizer.getConfig();
  expect(() => SGD.fromConfig(SGD as never, config)).toThrowCoded('INVALID_ARGUMENT', ["got the class 'Halving'"]);
  serialization.registerClass(Halving);
  const { learningRate } = SGD.fromConfig(SGD as never, config) as SGD;
  expect(learningRate).toBeInstanceOf(Halving);
});

describe('what is no schedule', () => {
  it.each<[string, () => unknown, string[]]>([
    [
      'no decay steps',
      () => new ExponentialDecay({ initialLearningRate: 1, decaySteps: 0, decayRate: 1 }),
      ['ExponentialDecay: decaySteps', 'above 0', 'got the number 0'],
    ],
    [
      'a rate that is missing',
      () => new CosineDecay({ decaySteps: 1 } as never),
      ['CosineDecay: initialLearningRate', 'got undefined'],
    ],
    [
      'a misspelled option',
      () => new PolynomialDecay({ initialLearningRate: 1, decaySteps: 1, powr: 2 } as never),
      ["'powr'", "did you mean 'power'"],
    ],
    [
      'a cycle that is a number',
      () => new PolynomialDecay({ initialLearningRate: 1, decaySteps: 1, cycle: 1 as never }),
      ['PolynomialDecay: cycle', 'got the number 1'],
    ],
    [
      'boundaries that fall',
      () => new PiecewiseConstantDecay({ boundaries: [2, 1], values: [1, 1, 1] }),
      ['boundaries must rise', 'got 1 after 2'],
    ],
    [
      'too few values',
      () => new PiecewiseConstantDecay({ boundaries: [2], values: [1] }),
      ['one more than boundaries', 'got 1 values and 1 boundaries'],
    ],
    [
      'values that are no list',
      () => new PiecewiseConstantDecay({ boundaries: [], values: 3 as never }),
      ['values must be a list', 'got the number 3'],
    ],
    ['NaN', () => new PiecewiseConstantDecay({ boundaries: [], values: [NaN] }), ['values[0]', 'got the number NaN']],
  ])('%s', (_, make, fragments) => expect(make).toThrowCoded('INVALID_ARGUMENT', fragments));
});
