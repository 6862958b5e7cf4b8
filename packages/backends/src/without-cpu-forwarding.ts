import { env } from '@tensorflow/tfjs-core';
import { shared } from './shared.js';

const flags = ['WEBGL_CPU_FORWARD', 'WEBGPU_CPU_FORWARD'];

interface Forwarding {
  /** How many calls want it off. */
  calls: number;
  before: readonly (readonly [flag: string, value: boolean])[];
}

/** Runs `use` with small inputs going to the GPU too, which by default are computed in JavaScript. Calls may overlap. */
export async function withoutCpuForwarding<T>(use: () => Promise<T>): Promise<T> {
  const state = shared<Forwarding>('cpu-forwarding', () => ({ calls: 0, before: [] }));
  if (state.calls++ === 0) state.before = [];
  // A backend may have been loaded since another call began.
  const known = new Set(state.before.map(([flag]) => flag));
  const added = flags
    .filter((flag) => !known.has(flag) && isRegistered(flag))
    .map((flag) => [flag, env().getBool(flag)] as const);
  state.before = [...state.before, ...added];
  for (const [flag] of state.before) env().set(flag, false);
  try {
    return await use();
  } finally {
    // The last one puts back what the first one found.
    if (--state.calls === 0) for (const [flag, value] of state.before) env().set(flag, value);
  }
}

/** A flag exists once its backend has been loaded; asking for one that does not throws. */
function isRegistered(flag: string): boolean {
  try {
    env().getBool(flag);
    return true;
  } catch {
    return false;
  }
}
