import { exact, random, type Values, type Variables } from '@tfjs-heads/reference';
import type { LabelKind } from './data.js';

/** What to learn: all numbers are exact in float32. */
export interface Problem {
  readonly size: Size;
  /** `[rows, inputs]`. */
  readonly x: readonly number[];
  /** `[rows, outputs]`. */
  readonly labels: readonly number[];
  /** `[rows]`. */
  readonly weights: readonly number[];
  /** Kernel and bias of the hidden layer, then of the last one. */
  readonly parameters: Variables;
}

export interface Size {
  readonly rows: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
}

/** Labels that follow from the inputs, with noise, so that the loss goes down but not to nothing. */
export function randomProblem(seed: number, size: Size, kind: LabelKind): Problem {
  const next = random(seed);
  const { rows, inputs, hidden, outputs } = size;
  const draw = (count: number, low: number, high: number): number[] => Array.from({ length: count }, () => exact(next, low, high));
  const x = draw(rows * inputs, -1, 1);
  const label: Readonly<Record<LabelKind, (signal: number) => number>> = {
    real: (signal) => 2 * signal + exact(next, -0.5, 0.5),
    count: (signal) => Math.max(0, Math.round(2 + 2 * signal + exact(next, -1, 1))),
    probability: (signal) => (signal + exact(next, -0.25, 0.25) > 0 ? 1 : 0),
  };
  const labels = Array.from({ length: rows * outputs }, (_, at) => label[kind](x[Math.floor(at / outputs) * inputs] ?? NaN));
  const parameter = (...shape: number[]): Values => ({ shape, values: draw(shape.reduce((all, one) => all * one, 1), -0.7, 0.7) });
  return {
    size,
    x,
    labels,
    weights: draw(rows, 0, 2),
    parameters: [parameter(inputs, hidden), parameter(hidden), parameter(hidden, outputs), parameter(outputs)],
  };
}
