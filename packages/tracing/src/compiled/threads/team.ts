import type { Instance } from '../instance.js';
import { Pool, processors } from './pool.js';
import { OVER, WORDS } from './words.js';

/** The helpers of all programs. */
export const everybody: Pool = /*#__PURE__*/ new Pool();

/** How much a program must have to do, in multiplications, to be worth the question: a third of a millisecond or so. */
const LEAST = 2 ** 22;
/** How many threads there are where nobody says how many. */
const MOST = 4;
/** Steps before any is timed: the compiler of the runtime has to see which code matters. */
const WARM = 16;
/** Of a trial: four turns, each of so many steps of which the first is not counted, since what the turn before has left in caches and asleep is not its own. */
const TURN = 4;
/** What ends a trial: a step by several that takes so many times as long as the slowest one by one. */
const HOPELESS = 2;
/** The next trial comes when there were so many times as many steps: what else the machine does changes. */
const UNTIL_NEXT = 4;

/**
 * How many threads a program is compiled for.
 *
 * @param asked What the user says; undefined where that is to be found out.
 */
export function threadsFor(work: number, asked: number | undefined): number {
  return asked ?? (work < LEAST ? 1 : Math.min(MOST, processors()));
}

/** Words that go after "run as one function of WebAssembly". */
export function byOne(reason: string): string {
  return ` by one thread: ${reason}`;
}

const gone = /*#__PURE__*/ new FinalizationRegistry(({ id, pool }: { readonly id: number; readonly pool: Pool }) =>
  pool.leave(id),
);

/** A program that several threads compute, where that is faster. */
export class Team {
  readonly #instance: Instance;
  readonly #pool: Pool;
  readonly #id: number;
  readonly #threads: number;
  readonly #words: Int32Array;
  /** Of the steps of a trial, in ms: alone, and together. */
  #times: readonly [number[], number[]] = [[], []];
  #steps = 0;
  #trial = WARM;
  readonly #isAsked: boolean;
  /** Whether several are faster; undefined as long as that is not known. */
  #isFaster: boolean | undefined;

  /** @param isAsked Whether the user says that there be so many. */
  constructor(instance: Instance, threads: number, isAsked: boolean, pool: Pool) {
    this.#instance = instance;
    this.#pool = pool;
    this.#threads = threads;
    this.#words = new Int32Array(instance.memory.buffer, 0, 64);
    this.#isAsked = isAsked;
    this.#id = pool.join(threads - 1, instance);
    gone.register(this, { id: this.#id, pool }, this);
  }

  /** How the next step is computed, in words that go after "run as one function of WebAssembly". */
  get text(): string {
    const { reason } = this.#pool;
    if (reason !== undefined) return byOne(reason);
    if (!this.isReady) return ' by one thread until others have started';
    if (this.#isAsked) return ` by ${this.#threads} threads`;
    if (this.#isFaster === undefined) return ` by one thread and by ${this.#threads} in turns, to see which is faster`;
    return this.#isFaster ? ` by ${this.#threads} threads` : ` by one thread, since ${this.#threads} are not faster`;
  }

  /** Whether all helpers have the program. */
  get isReady(): boolean {
    return this.#pool.reason === undefined && Atomics.load(this.#words, WORDS.ready / 4) >= this.#threads - 1;
  }

  /** Computes a step. Returns false where a helper has died in it: then nothing is as it should be but arguments and backups, and others may still write. */
  step(): boolean {
    if (this.#isAsked || !this.isReady) return this.#compute(this.isReady);
    const step = this.#steps++ - this.#trial;
    if (step < 0) return this.#compute(this.#isFaster ?? false);
    const turn = Math.floor(step / TURN) % 2;
    const begin = performance.now();
    const isComputed = this.#compute(turn === 1);
    const time = performance.now() - begin;
    const [alone, together] = this.#times;
    // Where there are fewer processors than it is said, as in a container, each loop may wait for a thread that waits for a processor.
    const isHopeless = turn === 1 && time > HOPELESS * Math.max(...alone);
    if (step % TURN > 0) this.#times[turn]?.push(time);
    if (isHopeless || step === 4 * TURN - 1) {
      this.#isFaster = !isHopeless && median(together) < 0.9 * median(alone);
      this.#times = [[], []];
      this.#trial = UNTIL_NEXT * this.#steps;
    }
    return isComputed;
  }

  /** Is no more. */
  leave(): void {
    gone.unregister(this);
    this.#pool.leave(this.#id);
  }

  #compute(isTogether: boolean): boolean {
    const { step, together } = this.#instance;
    const words = this.#words;
    if (!isTogether) {
      step();
      return true;
    }
    const ticket = Atomics.load(words, WORDS.ticket / 4);
    Atomics.store(words, WORDS.ticket / 4, (ticket & -256) + 256);
    this.#pool.call(this.#id);
    try {
      together();
    } catch (error) {
      if (Atomics.load(words, WORDS.lost / 4) === 0) throw error;
      this.#pool.fail('one that took part of a step has not come back');
      return false;
    } finally {
      Atomics.or(words, WORDS.ticket / 4, OVER);
      Atomics.notify(words, WORDS.ticket / 4);
    }
    return true;
  }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] as number;
}
