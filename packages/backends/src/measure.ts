import type { Step, Workload } from './workload.js';

// Enough to get past compiling shaders and the first allocations.
const warmUpSteps = 3;
const shortest = 150;
const fewestSteps = 5;
const mostSteps = 200;

/** The median time of one step of the workload on the current backend, in milliseconds. */
export async function measure(workload: Workload): Promise<number> {
  const step = await workload();
  try {
    for (let i = 0; i < warmUpSteps; i++) await runOnce(step);
    const times: number[] = [];
    const start = performance.now();
    while (times.length < fewestSteps || (times.length < mostSteps && performance.now() - start < shortest)) {
      const before = performance.now();
      await runOnce(step);
      times.push(performance.now() - before);
    }
    times.sort((a, b) => a - b);
    return times[Math.floor(times.length / 2)] as number;
  } finally {
    step.dispose?.();
  }
}

/** Sets the workload up and runs one step. */
export async function runStep(workload: Workload): Promise<void> {
  const step = await workload();
  try {
    await runOnce(step);
  } finally {
    step.dispose?.();
  }
}

async function runOnce(step: Step): Promise<void> {
  const loss = await step.run();
  if (typeof loss === 'number') return;
  await loss.data();
  loss.dispose();
}
