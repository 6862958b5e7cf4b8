import { nearest } from '../nearest.js';
import { repairNodeGradients } from '../repairs/node-gradients.js';
import type { Candidate } from './candidate.js';
import { ofTfjs } from './of-tfjs.js';

/** A backend that the program has registered itself. */
export function registeredCandidate(name: string, known: readonly string[]): Candidate {
  return {
    name,
    backendName: name,
    load: async () => {
      const meant = nearest(name, known);
      throw new Error(
        `no backend is registered as '${name}'${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
      );
    },
    repairsBeforeStart: [repairNodeGradients],
    repairs: ofTfjs,
  };
}
