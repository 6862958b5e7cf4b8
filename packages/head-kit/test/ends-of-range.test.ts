import { dispose, engine, env, getBackend, tensor, valueAndGrad } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type ElementLoss,
  fullLogPoisson,
  logPoisson,
  type LossForm,
  sigmoidCrossEntropy,
  squaredError,
  weightedLoss,
} from '../src/index.js';
import { exact, type Exact } from './exact.js';
import { expectWithin } from './tolerance.js';

interface Point {
  readonly x: number;
  readonly z: number;
  readonly w: number;
}

const grid = (xs: readonly number[], zs: readonly number[], ws: readonly number[]): Point[] =>
  xs.flatMap((x) => zs.flatMap((z) => ws.map((w) => ({ x: Math.fround(x), z: Math.fround(z), w: Math.fround(w) }))));

const near = (z: number): number[] =>
  [0, 1e-7, -1e-6, 3e-4, -0.01, 0.1, -0.4, 0.49, 0.51, -0.6, 1, 2, -2].map((d) => Math.log(z) + d);
const counts = [1.5, 2, 3, 10, 100, 1e3, 1e5, 1e6, 1e7, 1e9, 1e12, 1e15, 1e20, 1e30];

const logits = [
  0, 1e-37, -1e-30, 1e-8, -1e-8, 0.01, -0.5, 1, -3, 8, -12, 13.9, -14.1, 16.6, 20, -20, 40, -40, 80, -80, 86, -86, 200,
  -1e4, 1e30,
];
const labels = [0, 1e-37, 1e-20, 1e-7, 0.25, 0.5, 0.999, 1 - 2 ** -24, 1];
const weights = [1, 0, 1e-30, 1e30, 3e-36, -2];

const cases: readonly [string, ElementLoss, Exact, readonly Point[]][] = [
  [
    'the squared error',
    squaredError,
    exact.squaredError,
    grid([0, 1e-15, 1, 1 + 2 ** -23, -3, 1e10, 1e18, -1e18], [0, 1, -1e-15, 1e10, 9e17], weights),
  ],
  ['the logistic loss', sigmoidCrossEntropy, exact.sigmoidCrossEntropy, grid(logits, labels, weights)],
  [
    'the Poisson loss',
    logPoisson,
    exact.logPoisson,
    grid([-86, -20, -1e4, -1, -1e-8, 0, 0.5, 3, 20, 80, 88.7], [0, 1e-30, 0.5, 1, 7, 1e5, 1e20], weights),
  ],
  [
    'the full Poisson loss',
    fullLogPoisson,
    exact.fullLogPoisson,
    grid([-86, -20, -1e4, -1, -1e-8, 0, 0.5, 3, 20, 80, 88.7], [0, 1e-30, 0.5, 1, 1 + 2 ** -23, 7, 1e5, 1e20], weights),
  ],
  [
    'the full Poisson loss of counts near their prediction',
    fullLogPoisson,
    exact.fullLogPoisson,
    counts.flatMap((z) => grid(near(Math.fround(z)), [z], [1, 1e-30])),
  ],
];

const MAX = 3.4028234663852886e38;
const onGpu = ['webgl', 'webgpu'].includes(getBackend());
// A GPU in software takes its time for each of them, and has one form.
const forms: readonly (LossForm | undefined)[] = onGpu ? [undefined] : ['host', 'composed', undefined];
// All of them on cpu; on wasm and native TensorFlow the walks are the same code.
const every = { cpu: 1, wasm: 3, tensorflow: 3 }[getBackend()] ?? 5;
const sampled = (points: readonly Point[]): readonly Point[] => points.filter((_, index) => index % every === 0);

/** Of one logit, so that the loss is that of one element. */
async function run(
  loss: ElementLoss,
  { x, z, w }: Point,
  form: LossForm | undefined,
): Promise<readonly [number, number]> {
  const given = { logits: tensor([[x]]), labels: tensor([[z]]), weights: tensor([[w]]) };
  const { value, grad } = valueAndGrad((logits_) =>
    weightedLoss({ ...given, logits: logits_ }, { loss, divisor: 3, ...(form && { form }) }),
  )(given.logits);
  const result = [(await value.data())[0] as number, (await grad.data())[0] as number] as const;
  dispose([value, grad, ...Object.values(given)]);
  return result;
}

describe('to 400 bits, at the ends of the range of float32,', () => {
  describe.each(forms)('in the form %s', (form) => {
    // What may be left of a digit where terms cancel: doubles leave 2^-29 of it. Composed of ops, the full Poisson loss is
    // that of a logit which is a unit off; GPUs have the logarithm of a count in two parts.
    const walks = form !== 'composed' && ['cpu', 'wasm', 'tensorflow'].includes(getBackend());
    const units = walks ? 2 : 32;
    const share = walks ? 2 ** -20 : 1;
    const shareOfCounts = onGpu ? 2 ** -16 : share;

    it.each(cases)('%s', async (_, loss, of, points) => {
      for (const point of sampled(points)) {
        const { x, z, w } = point;
        const expected = of(x, z);
        const [value, derivative] = await run(loss, point, form);
        const check = (actual: number, right: number, scale: number): void => {
          const whole = (right * w) / 3;
          const told = `${loss.name} of ${JSON.stringify(point)}: ${actual} instead of ${whole}`;
          if (Math.abs(whole) > MAX) expect(actual, told).toBe(whole > 0 ? Infinity : -Infinity);
          else expectWithin(actual, whole, units, (scale * Math.abs(w)) / 3, told);
        };
        check(value, expected.value, expected.valueScale * (loss === fullLogPoisson && z > 1 ? shareOfCounts : share));
        check(derivative, expected.derivative, expected.derivativeScale * share);
      }
    });
  });
});

/** Debug mode reads what a tidy disposes of at once; on webgpu that fails unless repaired (`webgpu-disposed-reads` of our backends). */
function letDisposedBeRead(): void {
  const webgpu = engine().backend as unknown as {
    convertAndCacheOnCPU(id: object, values: unknown): unknown;
    tensorMap: WeakMap<object, unknown>;
  };
  const keepValues = webgpu.convertAndCacheOnCPU.bind(webgpu);
  webgpu.convertAndCacheOnCPU = (id, values) => (webgpu.tensorMap.has(id) ? keepValues(id, values) : values);
}

describe("tfjs' debug mode", () => {
  beforeAll(() => {
    if (getBackend() === 'webgpu') letDisposedBeRead();
  });
  afterEach(() => {
    env().set('DEBUG', false);
    // tfjs keeps what it took from DEBUG: every kernel's result would be read in the files that follow.
    env().set('CHECK_COMPUTATION_FOR_ERRORS', false);
    vi.restoreAllMocks();
  });

  it.each(cases)('finds no NaN and no infinity on the way to a finite result: %s', async (_, loss, of, points) => {
    const told: string[] = [];
    vi.spyOn(console, 'warn').mockImplementation(
      (text) => void (String(text).startsWith('Found ') && told.push(String(text))),
    );
    vi.spyOn(console, 'log').mockImplementation(() => {});
    const finite = points.filter(({ x, z, w }) => {
      const { value, derivative } = of(x, z);
      return [value, derivative, value * w, derivative * w].every((number) => Math.abs(number) < MAX);
    });
    env().set('DEBUG', true);
    for (const point of finite.filter((_point, index) => index % (onGpu ? 44 : 11) === 0)) {
      for (const form of forms) await run(loss, point, form);
      const valid = tensor(true);
      const given = { logits: tensor([[point.x]]), labels: tensor([[point.z]]), weights: tensor([[point.w]]), valid };
      weightedLoss(given, { loss, divisor: 3 }).dispose();
      dispose({ ...given });
      await new Promise((resolve) => setTimeout(resolve)); // the check awaits the values
      expect(told, JSON.stringify(point)).toEqual([]);
    }
  });
});
