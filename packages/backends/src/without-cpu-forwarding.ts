import { env } from '@tensorflow/tfjs-core';

const flags = ['WEBGL_CPU_FORWARD', 'WEBGPU_CPU_FORWARD'];

/** Runs `use` with small inputs going to the GPU too, which by default are computed in JavaScript. */
export async function withoutCpuForwarding<T>(use: () => Promise<T>): Promise<T> {
  const before = flags.filter(isRegistered).map((flag) => [flag, env().getBool(flag)] as const);
  for (const [flag] of before) env().set(flag, false);
  try {
    return await use();
  } finally {
    for (const [flag, value] of before) env().set(flag, value);
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
