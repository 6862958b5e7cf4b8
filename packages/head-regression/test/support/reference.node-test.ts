import { describe, expect, it } from 'vitest';
import { fullPoisson, logistic, metricValues, poisson, squared, trainingLoss } from './reference.js';

const points = [-3, -0.75, 0.5, 2, 3.25].flatMap((x) => [0, 0.25, 1].map((z) => ({ x, z })));
const step = 1e-4;

describe.each(Object.entries({ squared, logistic, poisson, fullPoisson }))('the reference formula %s', (_, { value, derivative, curvature }) => {
  it.each(points)('has the derivatives of its value at $x and $z', ({ x, z }) => {
    expect((value(x + step, z) - value(x - step, z)) / (2 * step)).toBeCloseTo(derivative(x, z), 6);
    expect((derivative(x + step, z) - derivative(x - step, z)) / (2 * step)).toBeCloseTo(curvature(x, z), 6);
  });
});

describe('the reference formulas', () => {
  it('are those of textbooks', () => {
    expect(squared.value(5, 3)).toBe(4);
    expect(logistic.value(2, 1)).toBeCloseTo(-Math.log(1 / (1 + Math.exp(-2))), 12);
    expect(logistic.value(2, 0)).toBeCloseTo(-Math.log(1 - 1 / (1 + Math.exp(-2))), 12);
    expect(poisson.value(1, 3)).toBeCloseTo(Math.E - 3, 12);
    const log50Factorial = Array.from({ length: 50 }, (_, i) => Math.log(i + 1)).reduce((sum, term) => sum + term);
    expect(fullPoisson.value(0, 50)).toBeCloseTo(1 + log50Factorial, 2);
    expect(fullPoisson.value(0, 1)).toBe(1);
  });

  it('divide by the number of losses, and metrics by the sum of the weights', () => {
    const numbers = { logits: [1, 2, 3, 4], labels: [0, 0, 0, 0], weights: [1, 3] };
    expect(trainingLoss(squared, numbers, 'sum')).toMatchObject({ loss: 80, gradient: [2, 4, 18, 24] });
    expect(trainingLoss(squared, numbers, 'sum_over_batch_size').loss).toBe(20);
    expect(metricValues(squared, [numbers])['average_loss']).toBe(10);
  });
});
