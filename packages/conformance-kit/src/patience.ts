import { Failure } from './judge.js';

/** Milliseconds for one case unless told otherwise: a GPU in software is slow. */
export const CASE_LIMIT = 60_000;

/** So many in a row, and the others will hang too. */
const IN_A_ROW = 3;

/** Of a promise that never settles each case would take its whole time; a few are enough to see it. */
export class Patience {
  readonly #limit: number;
  #tooLong = 0;

  /** @param limit Milliseconds for one case. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Why no more cases are to be run; undefined while there is patience left. */
  get isOver(): string | undefined {
    return this.#tooLong < IN_A_ROW ? undefined : `${IN_A_ROW} cases in a row took longer than ${this.#limit / 1000} s`;
  }

  /** @throws Failure where a case takes too long, which goes on beside those that follow */
  async within(run: () => Promise<void>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLate = false;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        isLate = true;
        reject(new Failure(`It took longer than ${this.#limit / 1000} s.`));
      }, this.#limit);
    });
    try {
      await Promise.race([run(), tooLate]);
    } finally {
      clearTimeout(timer);
      this.#tooLong = isLate ? this.#tooLong + 1 : 0;
    }
  }
}
