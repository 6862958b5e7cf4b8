import type { Batch } from '../../batch.js';
import { largest, ULPS } from '@tfjs-heads/reference';
import type { Judge } from '../../judge.js';
import type { Output, Outputs } from './read.js';

/** The magnitude of the terms that outputs were made of. */
export interface Scales {
  readonly loss: number;
  readonly gradient: number;
}

/**
 * Nobody tells what a stranger's head computes its loss from, but its gradient does: a loss whose logits are off by one
 * rounding is off by `sum |gradient * logit|` roundings, so no way to compute it can promise less. To that come terms that
 * cancel where the loss is near 0, such as the logarithm of a sum less one logit; logits are about 1, and so are they. An
 * element of a gradient is a difference of such terms times its weight, divided by the number of rows.
 *
 * With 64 roundings of 2^-24 an error of 1e-4 shows in any loss that is at least a 25th of its terms.
 */
export function scalesOf({ logits, weights }: Batch, gradient: ArrayLike<number>): Scales {
  const rows = logits.values.length / (logits.shape.at(-1) as number);
  const heaviest = largest(weights?.values ?? [1]);
  const conditioning = logits.values.reduce((sum, logit, i) => sum + Math.abs(logit * (gradient[i] as number)), 0);
  return { loss: Math.max(1, conditioning), gradient: Math.max(largest(gradient), heaviest / rows) };
}

/** Holds outputs against those of the reference: the same names, shapes and dtypes; strings and whole numbers to the letter. */
export function compareOutputs(judge: Judge, actual: Outputs, expected: Outputs, scales: Scales): void {
  judge.equal('the names of the outputs', Object.keys(actual), Object.keys(expected));
  for (const [name, output] of Object.entries(expected)) {
    const { shape, dtype, values } = actual[name] as Output;
    judge.equal(`the shape of ${name}`, shape, output.shape);
    judge.equal(`the dtype of ${name}`, dtype, output.dtype);
    if (dtype === 'string') {
      judge.equal(name, Array.from<unknown>(values), Array.from<unknown>(output.values));
      continue;
    }
    const [came, meant] = [values, output.values] as ArrayLike<number>[] as [ArrayLike<number>, ArrayLike<number>];
    if (dtype === 'int32' || dtype === 'bool') judge.same(name, came, meant);
    else judge.near(name, came, meant, { k: ULPS.REDUCE, scale: scaleOf(name, meant, scales) });
  }
}

/** Metrics may be losses; everything else is made of logits and probabilities. */
function scaleOf(name: string, values: ArrayLike<number>, { loss, gradient }: Scales): number {
  if (name === 'gradient') return gradient;
  return Math.max(1, largest(values), /^(loss|summaries|metrics)/.test(name) ? loss : 0);
}
