import { expect } from 'vitest';
import type { RepairReport } from '../src/index.js';

/** Shows the defect, cures it, shows the cure, and shows that the repair then finds nothing to do. */
export async function demonstrate(
  repair: () => Promise<RepairReport>,
  error: () => Promise<number>,
  { broken, cured }: { broken: number; cured: number },
): Promise<void> {
  expect(await error()).toBeGreaterThan(broken);
  expect(await repair()).toMatchObject({ outcome: 'applied' });
  expect(await error()).toBeLessThanOrEqual(cured);
  expect(await repair()).toMatchObject({ outcome: 'not needed' });
}
