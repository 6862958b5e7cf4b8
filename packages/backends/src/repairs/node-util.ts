import { nodeModule } from '../node-module.js';
import { reporter, type RepairReport } from './report.js';

const report = reporter('node-util', 8609);

const removed = {
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: (value: unknown): boolean => Array.isArray(value),
};

/** tfjs-node calls two functions of `util` that Node 23 removed; it cannot run one kernel without them. */
export async function repairNodeUtil(): Promise<RepairReport> {
  const util = nodeModule<Record<string, unknown>>('node:util');
  if (util === undefined) return report.notNeeded('this Node has them, or this is not Node');
  const missing = Object.entries(removed).filter(([name]) => typeof util[name] !== 'function');
  if (missing.length === 0) return report.notNeeded('this Node has them');
  for (const [name, replacement] of missing) util[name] = replacement;
  return report.applied(`util had no ${missing.map(([name]) => name).join(' and no ')}; defined now`);
}
