import { nodeModule } from './node-module.js';
import { shared } from './shared.js';

/** What code of the caller's is running: it sets its step up, runs it, or starts a backend of its own. */
export type Phase = 'setup' | 'run' | 'start';

interface Visit {
  readonly phase: Phase;
  /** Timers and the like that it leaves behind belong to the program again. */
  isOver: boolean;
}

interface Storage {
  run<T>(visit: Visit, use: () => T): T;
  getStore(): Visit | undefined;
}

interface Inside {
  /** Of what runs in this very call. */
  visit: Visit | undefined;
  /** Follows promises too, which no browser can yet. */
  readonly storage: Storage | undefined;
}

const inside = (): Inside =>
  shared('inside', () => {
    const hooks = nodeModule<{ AsyncLocalStorage?: new () => Storage }>('node:async_hooks');
    return { visit: undefined, storage: hooks?.AsyncLocalStorage && new hooks.AsyncLocalStorage() };
  });

/** Runs code of the caller's so that what it does can be told from what the rest of the program does meanwhile. */
export async function insideWorkload<T>(phase: Phase, use: () => T): Promise<Awaited<T>> {
  const state = inside();
  const before = state.visit;
  const visit: Visit = { phase, isOver: false };
  try {
    let result: T;
    state.visit = visit;
    try {
      result = state.storage === undefined ? use() : state.storage.run(visit, use);
    } finally {
      state.visit = before;
    }
    return await result;
  } finally {
    visit.isOver = true;
  }
}

/** Undefined outside of a workload; in a browser also behind an `await` of it. */
export function currentPhase(): Phase | undefined {
  const { visit, storage } = inside();
  const current = visit ?? storage?.getStore();
  return current?.isOver === false ? current.phase : undefined;
}
