import { getGradient } from '@tensorflow/tfjs-core';
import { reasonOf } from '../reason.js';
import { reporter, type RepairReport } from './report.js';

const report = reporter('node-gradients', undefined);

/**
 * tfjs-core alone registers no gradients, and the module that would can be loaded neither by Node nor by a page without
 * a bundler. This loads the gradients in a form that both can read.
 */
export async function repairNodeGradients(): Promise<RepairReport> {
  if (getGradient('Sum')) return report.notNeeded('gradients are registered');
  try {
    await import('../gradients.js');
  } catch (error) {
    // A service worker may not load anything later. Whoever does not train needs none.
    return report.impossible(
      `import '@tensorflow/tfjs-core/dist/register_all_gradients.js' where startBackend is imported (${reasonOf(error)})`,
    );
  }
  return report.applied('no gradients were registered; they are now');
}
