import { cpuClock } from './cpu-clock.js';

/** Milliseconds that some steps took. */
export interface Times {
  /** Of CPU, of the main thread; undefined where another process computed. */
  readonly thread?: number;
  readonly wall: number;
  /** Of CPU, of all threads. */
  readonly process: number;
}

/** Who trains, and is timed. */
export interface Contestant {
  /** Takes steps, one after the other, each loss read before the next one. */
  train(count: number): Promise<{ readonly losses: readonly number[] } & Times>;
  /** Lets go of what it holds. */
  end?(): void;
}

/** One that trains in this process. */
export async function inThisProcess(step: () => Promise<number>): Promise<Contestant> {
  const thread = await cpuClock();
  const all = (): number => {
    if (typeof process === 'undefined') return performance.now();
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  return {
    async train(count) {
      const losses: number[] = [];
      const start = [thread(), performance.now(), all()] as const;
      while (losses.length < count) losses.push(await step());
      return { losses, thread: thread() - start[0], wall: performance.now() - start[1], process: all() - start[2] };
    },
  };
}
