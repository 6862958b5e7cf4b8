import {
  exact,
  type LossOfLogits,
  random,
  type Reducing,
  sizeOf,
  type Trained,
  trainingLoss,
  trainNetwork,
  updateRule,
  type Values,
} from '@tfjs-heads/reference';
import type { GoldenTraining } from '@tfjs-heads/conformance-kit';
import { written, type HeadDescription, type TrainingDescription } from './describe.js';
import { expected } from './expected.js';

const steps = 10;

/**
 * How many rounding units a trained number may be off. Ten steps took 4.5 at worst on cpu and wasm, 9 on webgl, 8 on
 * webgpu (both in software) and 17 on native TensorFlow; the rest is for real GPUs.
 */
export const trainingUnits = 256;

// Odd, all of them: that is where padding shows.
const [rows, inputs, hidden] = [33, 7, 5];

/** A network, a batch to learn and what training makes of it. */
export function trainingOf(
  { formulaOf, labelOf, head }: HeadDescription,
  described: TrainingDescription,
): GoldenTraining {
  const { optimizer, variant, settings, options, outputs, seed } = described;
  const next = random(seed);
  const draw = (shape: readonly number[], low: number, high: number): Values => ({
    shape,
    values: Array.from({ length: sizeOf(shape) }, () => exact(next, low, high)),
  });
  const x = draw([rows, inputs], -1, 1);
  const signal = (i: number): number => x.values[Math.floor(i / outputs) * inputs + (i % outputs)] as number;
  const labels = Array.from({ length: rows * outputs }, (_, i) => labelOf(signal(i), exact(next, -1, 1)));
  const weights = draw([rows], 0, 2);
  const start = [
    draw([inputs, hidden], -0.7, 0.7),
    draw([hidden], 0.1, 0.7),
    draw([hidden, outputs], -0.7, 0.7),
    draw([outputs], -0.7, 0.7),
  ] as const;
  const reduction = (options['lossReduction'] as Reducing | undefined) ?? 'sum_over_batch_size';
  const lossOf: LossOfLogits = (logits) =>
    trainingLoss(formulaOf(options), { logits, labels, weights: weights.values }, reduction);
  const { losses, end, closest } = trainNetwork({ inputs: x, start }, lossOf, updateRule(optimizer, settings), steps);
  refuseUnlessTelling(`${head} ${optimizer} ${variant ?? ''} of seed ${seed}`, losses, closest);
  return {
    parameters: { optimizer, ...(variant !== undefined && { variant }) },
    options: { ...options, weightColumn: 'weight' },
    optimizer: { name: optimizer, settings },
    steps,
    inputs: written(x.shape, x.values),
    labels: written([rows, outputs], labels),
    weights: written(weights.shape, weights.values),
    start: start.map(({ shape, values }) => written(shape, values)),
    losses: expected(losses, trainingUnits),
    end: end.map((values, i) => {
      const scale = Math.max(...values.map(Math.abs), ...(start[i]?.values ?? []).map(Math.abs));
      return expected(
        values.map((value) => ({ value, scale })),
        trainingUnits,
      );
    }),
  };
}

/** Float32 may take a value near 0 for one of the other sign, and then trains another network. */
function refuseUnlessTelling(what: string, losses: Trained['losses'], closest: Trained['closest']): void {
  const [first, last] = [losses[0]?.value ?? NaN, losses.at(-1)?.value ?? NaN];
  if (!(last < 0.9 * first))
    throw new Error(`${what}: the loss goes from ${first} to ${last}: learn more, or take another seed.`);
  if (!(closest.relu > 1e-5) || !(closest.gradient > 1e-6)) {
    throw new Error(
      `${what}: an input of relu comes to ${closest.relu}, a gradient to ${closest.gradient}: take another seed.`,
    );
  }
}
