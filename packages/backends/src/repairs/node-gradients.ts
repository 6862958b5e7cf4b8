import { getGradient } from '@tensorflow/tfjs-core';
import { reporter, type RepairReport } from './report.js';

const report = reporter('node-gradients', undefined);

/**
 * tfjs-core alone registers no gradients, and the module that would can be loaded neither by Node nor by a page without
 * a bundler. This loads the gradients in a form that both can read.
 */
export async function repairNodeGradients(): Promise<RepairReport> {
  if (getGradient('Sum')) return report.notNeeded('gradients are registered');
  await import('../gradients.js');
  return report.applied('no gradients were registered; they are now');
}
