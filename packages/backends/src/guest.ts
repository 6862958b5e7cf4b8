import type { KernelBackend, Variable } from '@tensorflow/tfjs-core';
import { lendData } from './loans.js';
import { watchVariables } from './workload-variables.js';

/** What may be done with backends while the program's data are in one's hands. */
export interface Guest {
  /** Leaves data and variables of the program as they were before the trial. */
  endTrial(): void;
  /** Ends the trial to fetch what its workload asked a GPU for; tells whether it did, and is to be tried again. */
  fetch(): Promise<boolean>;
  /** Whether a backend may be disposed of: nothing is there, of whomever. */
  isIdle(backend: KernelBackend): boolean;
  /**
   * Disposes of the variables that a workload has left. Which are the step's own shows when it is set up once more: those
   * that it does not make again, the program keeps.
   */
  sortOut(setUpAgain: () => Promise<void>): Promise<void>;
}

/** Tries backends so that nothing of the program is lost or changed, whatever becomes of them. */
export async function asGuest<T>(use: (guest: Guest) => Promise<T>): Promise<T> {
  const variables = watchVariables();
  const loans = lendData();
  let areTheSteps = false;
  const guest: Guest = {
    endTrial() {
      variables.restore();
      loans.takeBack();
    },
    async fetch() {
      variables.restore();
      return loans.fetch();
    },
    isIdle: loans.isIdle,
    async sortOut(setUpAgain) {
      const left = variables.made();
      if (left.length === 0) return;
      if (!areTheSteps) {
        await setUpAgain();
        const again = variables.made().filter((variable) => !left.includes(variable));
        areTheSteps = again.length >= left.length;
        disposeOf(again);
      }
      if (areTheSteps) disposeOf(left);
    },
  };
  try {
    return await use(guest);
  } finally {
    variables.end();
    loans.end();
  }
}

function disposeOf(variables: readonly Variable[]): void {
  for (const variable of variables) variable.dispose();
}
