import { backend, getBackend } from '@tensorflow/tfjs-core';
import { probeUnit } from '../probe-unit.js';
import { reporter, type RepairReport } from './report.js';

const report = reporter('webgl-epsilon', 6980);

/**
 * WebGL says that its floats have 16 bits on devices where they have 32. tfjs derives an epsilon
 * of 1e-4 from that, which every adaptive optimizer uses unless told otherwise. Where 32 bits are
 * there, the backend says so.
 */
export async function repairWebglEpsilon(): Promise<RepairReport> {
  if (getBackend() !== 'webgl') return report.notNeeded('the backend is not webgl');
  const webgl = backend();
  if (webgl.floatPrecision() === 32) return report.notNeeded('the precision is said to be 32 bits');
  const unit = await probeUnit();
  if (unit > 2 ** -20) return report.notNeeded(`the unit is ${unit.toExponential(1)}: floats do have 16 bits here`);
  const said = webgl.epsilon();
  webgl.floatPrecision = () => 32;
  webgl.epsilon = () => 1e-7;
  return report.applied(`floats have 32 bits, and epsilon was ${said}; it is 1e-7 now`);
}
