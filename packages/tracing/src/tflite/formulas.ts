import type { Ref } from '../lowering/lowering.js';
import type { TfliteGraph } from './tflite-graph.js';

/** Functions that TFLite has no operator for, by those that it has. */
type Formula = (graph: TfliteGraph, x: Ref) => Ref;

const times = (graph: TfliteGraph, x: Ref, factor: number): Ref => graph.pair('MUL', x, graph.float(factor));

/** `tanh(x / 2) (e^x + 1)`, which keeps its digits near 0. */
export const expm1: Formula = (graph, x) => {
  const sum = graph.pair('ADD', graph.same('EXP', x), graph.float(1));
  return graph.pair('MUL', graph.same('TANH', times(graph, x, 0.5)), sum);
};

/**
 * Up to 1/2 from 0 the series `2 (s + s^3 / 3 + s^5 / 5 + ...)` of `s = x / (2 + x)` (Abramowitz and Stegun, 4.1.27), else the logarithm of `1 + x`: near 1, the operator
 * of some runtimes is off by half an ulp of 1, which is many digits of a small result.
 */
export const log1p: Formula = (graph, x) => {
  const s = graph.pair('DIV', x, graph.pair('ADD', x, graph.float(2)));
  const square = graph.pair('MUL', s, s);
  let sum = graph.float(1 / 15); // s is 1/3 at most: the next term is below 2e-9 of the first.
  for (let odd = 13; odd > 0; odd -= 2) sum = graph.pair('ADD', graph.pair('MUL', sum, square), graph.float(1 / odd));
  const near = graph.pair('MUL', times(graph, s, 2), sum);
  const far = graph.same('LOG', graph.pair('ADD', x, graph.float(1)));
  return graph.where(graph.pair('LESS', graph.same('ABS', x), graph.float(0.5), 'bool'), near, far);
};

/** `max(x, 0) + log1p(e^-|x|)` */
export const softplus: Formula = (graph, x) => {
  const small = graph.same('EXP', graph.same('NEG', graph.same('ABS', x)));
  return graph.pair('ADD', graph.same('RELU', x), log1p(graph, small));
};

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/** A scaled elu of another alpha than 1. */
export const selu: Formula = (graph, x) => {
  const negative = graph.same('ELU', graph.pair('MINIMUM', x, graph.float(0)));
  return times(graph, graph.pair('ADD', graph.same('RELU', x), times(graph, negative, SELU_ALPHA)), SELU_SCALE);
};

/** `(expm1(x) - expm1(-x)) / 2` */
export const sinh: Formula = (graph, x) =>
  times(graph, graph.pair('SUB', expm1(graph, x), expm1(graph, graph.same('NEG', x))), 0.5);

/** `sqrt((1 - x) (1 + x))`: the other leg of a triangle. */
const leg: Formula = (graph, x) => {
  const [less, more] = [graph.pair('SUB', graph.float(1), x), graph.pair('ADD', x, graph.float(1))];
  return graph.same('SQRT', graph.pair('MUL', less, more));
};

export const asin: Formula = (graph, x) => graph.alike('ATAN2', x, leg(graph, x));

export const acos: Formula = (graph, x) => graph.alike('ATAN2', leg(graph, x), x);

/** `sign(x) log1p(|x| + x^2 / (1 + sqrt(x^2 + 1)))` */
export const asinh: Formula = (graph, x) => {
  const square = graph.pair('MUL', x, x);
  const root = graph.same('SQRT', graph.pair('ADD', square, graph.float(1)));
  const fraction = graph.pair('DIV', square, graph.pair('ADD', root, graph.float(1)));
  const size = log1p(graph, graph.pair('ADD', graph.same('ABS', x), fraction));
  return graph.pair('MUL', graph.same('SIGN', x), size);
};

/** `log1p(t + sqrt(2 t + t^2))` of `t = x - 1` */
export const acosh: Formula = (graph, x) => {
  const t = graph.pair('SUB', x, graph.float(1));
  const root = graph.same('SQRT', graph.pair('ADD', times(graph, t, 2), graph.pair('MUL', t, t)));
  return log1p(graph, graph.pair('ADD', t, root));
};

/** `log1p(2 x / (1 - x)) / 2` */
export const atanh: Formula = (graph, x) => {
  const quotient = graph.pair('DIV', times(graph, x, 2), graph.pair('SUB', graph.float(1), x));
  return times(graph, log1p(graph, quotient), 0.5);
};
