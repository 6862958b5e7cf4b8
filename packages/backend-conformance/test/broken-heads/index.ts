import type { BrokenHeads } from './broken-head.js';
import { wrongClassMetrics } from './class-metrics.js';
import { wrongClasses } from './classes.js';
import { wrongByContract } from './contract.js';
import { wrongGradients } from './gradients.js';
import { wrongHeadsOfHeads } from './heads-of-heads.js';
import { wrongLosses } from './losses.js';
import { wrongWithTensors } from './memory.js';
import { wrongMetrics } from './metrics.js';
import { wrongTraining } from './training.js';

/** Every broken head, by name. */
export const brokenHeads: BrokenHeads = {
  ...wrongLosses,
  ...wrongGradients,
  ...wrongMetrics,
  ...wrongWithTensors,
  ...wrongByContract,
  ...wrongTraining,
  ...wrongClasses,
  ...wrongClassMetrics,
  ...wrongHeadsOfHeads,
};

/** What is in README.md beside this file. */
export function markdownTable(heads: BrokenHeads): string {
  const rows = Object.entries(heads).map(([name, { wrong, caughtBy }]) => `| ${name} | ${wrong} | \`${caughtBy}\` |`);
  return ['| broken head | what is wrong | the case that catches it |', '| --- | --- | --- |', ...rows].join('\n');
}
