import { backendsError } from './error.js';
import { currentPhase } from './inside-workload.js';
import { nextTask } from './next-task.js';
import { shared } from './shared.js';
import { within } from './time-limit.js';

interface Queue {
  tail: Promise<unknown>;
  /** How many calls wait. */
  waiting: number;
}

const queue = (): Queue => shared('queue', () => ({ tail: Promise.resolve(), waiting: 0 }));

/**
 * Runs `use` when every call before it has ended, of whichever copy of this package: all have one engine. A call that is
 * aborted while it waits does not run.
 *
 * @throws NESTED_CALL from inside a workload, which would wait for itself.
 */
export async function inTurn<T>(what: string, use: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (currentPhase() !== undefined) {
    throw backendsError(
      'NESTED_CALL',
      `${what} was called from inside a workload that is being measured, and would wait for itself: call it before or after`,
    );
  }
  const state = queue();
  const turn: Promise<unknown> = state.tail;
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  // The caller goes on first, and finds the backend that it has been told.
  state.tail = turn.then(() => ended).then(nextTask);
  state.waiting++;
  try {
    await within(what, turn, { signal }).finally(() => state.waiting--);
    return await use();
  } finally {
    end();
  }
}

/** Whether somebody waits. */
export function isAwaited(): boolean {
  return queue().waiting > 0;
}
