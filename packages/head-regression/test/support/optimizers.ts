import type { Step } from './network.js';

export function sgd(rate: number): Step {
  return (parameters, gradients) => {
    parameters.forEach((values, index) => {
      gradients[index]?.forEach((gradient, at) => {
        values[at] = (values[at] ?? NaN) - rate * gradient;
      });
    });
  };
}

/** As in tfjs, which keeps the powers of beta in float32: beyond them it is done in doubles. */
export function adam(rate: number, beta1: number, beta2: number, epsilon: number): Step {
  const first: number[][] = [];
  const second: number[][] = [];
  let power1 = Math.fround(beta1);
  let power2 = Math.fround(beta2);
  return (parameters, gradients) => {
    parameters.forEach((values, index) => {
      const m = (first[index] ??= values.map(() => 0));
      const v = (second[index] ??= values.map(() => 0));
      gradients[index]?.forEach((gradient, at) => {
        const momentum = (m[at] = beta1 * (m[at] ?? NaN) + (1 - beta1) * gradient);
        const square = (v[at] = beta2 * (v[at] ?? NaN) + (1 - beta2) * gradient ** 2);
        values[at] = (values[at] ?? NaN) - (rate * (momentum / (1 - power1))) / (Math.sqrt(square / (1 - power2)) + epsilon);
      });
    });
    power1 = Math.fround(power1 * Math.fround(beta1));
    power2 = Math.fround(power2 * Math.fround(beta2));
  };
}
