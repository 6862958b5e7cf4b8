import { Piscina } from 'piscina';
import { headError } from '@tfjs-heads/head-kit';
import type { Evaluation } from './evaluation.js';
import type { Unit } from './row-units.js';
import type { Counted, WorkerSettings } from './worker.js';

/**
 * Evaluates parts of the rows in threads, and merges what they come to.
 *
 * @param onRows Called after each part.
 * @throws WORKER_LOST where a thread has died, INPUT_INVALID, and what the model and the head throw
 */
export async function evaluateInPool(
  evaluation: Evaluation,
  units: AsyncIterable<Unit>,
  workers: number,
  settings: WorkerSettings,
  onRows: () => void,
): Promise<void> {
  const pool = new Piscina<Unit, Counted>({
    filename: new URL('./worker.js', import.meta.url).href,
    name: 'count',
    minThreads: workers,
    maxThreads: workers,
    workerData: settings,
  });
  const running = new Set<Promise<void>>();
  let failure: unknown;
  const run = async (unit: Unit): Promise<void> => {
    try {
      const counted = await runIn(pool, unit);
      if (!('content' in counted)) throw errorOf(counted);
      evaluation.merge(counted.content);
      onRows();
    } catch (error) {
      failure ??= error;
    }
  };
  try {
    for await (const unit of units) {
      const task = run(unit).finally(() => running.delete(task));
      running.add(task);
      // Not more than one part for each worker waits.
      if (running.size >= 2 * workers) await Promise.race(running);
      if (failure !== undefined) break;
    }
    if (failure === undefined) await Promise.all(running);
    if (failure !== undefined) throw failure;
  } finally {
    await pool.destroy();
  }
}

async function runIn(pool: Piscina<Unit, Counted>, unit: Unit): Promise<Counted> {
  try {
    return await pool.run(unit);
  } catch (cause) {
    throw headError('WORKER_LOST', `A worker must live until its rows are counted, got ${String(cause)}.`, { cause });
  }
}

function errorOf({ message, code }: Extract<Counted, { message: string }>): Error {
  return code === undefined ? new Error(message) : headError(code, message);
}
