import { repairNodeGradients } from '../repairs/node-gradients.js';
import type { Candidate } from './candidate.js';

/** A backend that the program has registered itself. */
export function registeredCandidate(name: string): Candidate {
  return { name, backendName: name, load: async () => undefined, repairsBeforeStart: [repairNodeGradients], repairs: [] };
}
