import { headError } from '@tfjs-heads/head-kit/error';
import type { ModelPaths } from './model-module.js';
import { type EvaluateCommandOptions, type PredictCommandOptions, slicesOf } from './options.js';
import { Pool } from './pool.js';
import { Progress, type Write } from './stdio.js';

/** The command `evaluate` in several threads, which comes to the same. This one cuts the input, and loads no model. */
export async function evaluateInPool(
  paths: ModelPaths,
  options: EvaluateCommandOptions,
  workers: number,
  source: AsyncIterable<Uint8Array>,
  write: Write,
): Promise<void> {
  const pool = new Pool(workers, { kind: 'evaluate', paths });
  try {
    const progress = new Progress(options.quiet ?? false);
    let counted = 0;
    const results = await pool.deal({ kind: 'evaluate', options }, source, (done) => {
      counted += done.rows;
      progress.at(counted);
    });
    const { text, rows, rest } = await pool.sum(options, results);
    progress.tellRest(rest, slicesOf(options));
    await write(text);
    progress.end(rows);
  } finally {
    await pool.destroy();
  }
}

/** The command `predict` in several threads: the same bytes, in the order of the rows. */
export async function predictInPool(
  paths: ModelPaths,
  options: PredictCommandOptions,
  workers: number,
  source: AsyncIterable<Uint8Array>,
  write: Write,
): Promise<void> {
  const pool = new Pool(workers, { kind: 'predict', paths });
  try {
    const progress = new Progress(options.quiet ?? false);
    let rows = 0;
    let begun: Uint8Array | undefined;
    const results = await pool.deal({ kind: 'predict', options }, source, async ({ begin, bytes, rows: more }) => {
      if (begin !== undefined && begun === undefined) {
        begun = begin;
        await write(begin);
      } else if (begin !== undefined && begun !== undefined && Buffer.compare(begin, begun) !== 0)
        throw headError('SPEC_INVALID', 'A model must give the same predictions for all rows, got others of some.');
      if (bytes !== undefined) await write(bytes);
      rows += more;
      progress.at(rows);
    });
    // A worker that had no rows has no end.
    const end = results.map((result) => result.end).find((bytes) => bytes !== undefined && bytes.length > 0);
    if (end !== undefined) await write(end);
    progress.end(rows);
  } finally {
    await pool.destroy();
  }
}
