import { availableParallelism } from 'node:os';

/** One more than there are cores: while some compute, one waits for an install, a browser or a time limit. */
const LANES = availableParallelism() + 1;

/** Does tasks in the order in which they are given, a few at a time. */
export async function inLanes(tasks: readonly (() => Promise<void>)[], count: number = LANES): Promise<void> {
  const queue = tasks.values();
  const lane = async (): Promise<void> => {
    for (const task of queue) await task();
  };
  await Promise.all(Array.from({ length: count }, lane));
}
