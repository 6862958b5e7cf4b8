import { getGradient } from '@tensorflow/tfjs-core';
import { reporter, type RepairReport } from './report.js';

const report = reporter('node-gradients', undefined);

/**
 * Under Node tfjs-core registers no gradients, and the module that would cannot be loaded: training needs
 * tfjs-layers or a bundler. This loads the gradients in a form that Node can read.
 */
export async function repairNodeGradients(): Promise<RepairReport> {
  if (getGradient('Sum')) return report.notNeeded('gradients are registered');
  await import('#gradients');
  return report.applied('no gradients were registered; they are now');
}
