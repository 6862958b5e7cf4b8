import {
  exact,
  type LossOfLogits,
  random,
  type Scaled,
  sizeOf,
  type Trained,
  trainNetwork,
  updateRule,
  type Values,
} from '@tfjs-heads/reference';
import { batchIn, type GoldenBatch, type GoldenTraining, type PerHead } from '@tfjs-heads/conformance-kit';
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
  { modelOf, labelsOf, head }: HeadDescription,
  described: TrainingDescription,
): GoldenTraining {
  const { optimizer, variant, settings, options, outputs, heads, before = [rows], features, seed } = described;
  const next = random(seed);
  const draw = (shape: readonly number[], low: number, high: number): Values => ({
    shape,
    values: Array.from({ length: sizeOf(shape) }, () => exact(next, low, high)),
  });
  const x = draw([rows, inputs], -1, 1);
  const signal = (row: number, output: number): number => x.values[row * inputs + output] as number;
  const labels = labelsOf({ rows, outputs, signal, noise: () => exact(next, -1, 1) });
  const weights = written(before, draw([rows], 0, 2).values);
  const start = [
    draw([inputs, hidden], -0.7, 0.7),
    draw([hidden], 0.1, 0.7),
    draw([hidden, outputs], -0.7, 0.7),
    draw([outputs], -0.7, 0.7),
  ] as const;
  const model = modelOf(options);
  const lossOf: LossOfLogits = (values) => {
    const logits = columnsFor({ shape: [...before, outputs], values }, heads);
    const { loss, gradient } = model.loss(batchIn({ logits, labels, weights, ...(features && { features }) }));
    return { loss, gradient: sideBySide(gradient, heads) };
  };
  const { losses, end, closest } = trainNetwork({ inputs: x, start }, lossOf, updateRule(optimizer, settings), steps);
  refuseUnlessTelling(`${head} ${optimizer} ${variant ?? ''} of seed ${seed}`, losses, closest);
  return {
    parameters: { optimizer, ...(variant !== undefined && { variant }) },
    options: { ...options, weightColumn: 'weight' },
    optimizer: { name: optimizer, settings },
    steps,
    inputs: written([...before, inputs], x.values),
    labels,
    weights,
    ...(features && { features }),
    ...(heads && { heads }),
    start: start.map((variable) => written(variable.shape, variable.values)),
    losses: expected(losses, trainingUnits),
    end: end.map((variable, i) => {
      const scale = Math.max(...variable.map(Math.abs), ...(start[i]?.values ?? []).map(Math.abs));
      return expected(
        variable.map((value) => ({ value, scale })),
        trainingUnits,
      );
    }),
  };
}

/** The columns of each head, or all. */
function columnsFor({ shape, values }: Values, heads: TrainingDescription['heads']): GoldenBatch['logits'] {
  if (heads === undefined) return { shape, values };
  const width = values.length / rows;
  let from = 0;
  const parts = Object.entries(heads).map(([name, k]) => {
    const [first, end] = [from, (from += k)];
    const columns = values.filter((_, i) => i % width >= first && i % width < end);
    return [name, { shape: [...shape.slice(0, -1), k], values: columns }] as const;
  });
  return Object.fromEntries(parts);
}

/** The other way round. */
function sideBySide(gradient: PerHead<readonly Scaled[]>, heads: TrainingDescription['heads']): readonly Scaled[] {
  if (heads === undefined) return gradient as readonly Scaled[];
  const parts = Object.entries(heads).map(([name, k]) => ({
    k,
    part: (gradient as Readonly<Record<string, readonly Scaled[]>>)[name] as readonly Scaled[],
  }));
  return Array.from({ length: rows }, (_, row) =>
    parts.flatMap(({ k, part }) => part.slice(row * k, (row + 1) * k)),
  ).flat();
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
