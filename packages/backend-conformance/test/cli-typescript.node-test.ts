import { expect, it } from 'vitest';
import { conformance, fixture, NARROW } from './cli-support.js';

it.each(['cpu', 'chromium:cpu'])(
  'a module in TypeScript runs on %s, and a failure shows its place there',
  async (backend) => {
    const { exitCode, stdout } = await conformance(
      fixture('typescript/head.ts'),
      '--backend',
      backend,
      '--filter',
      NARROW,
    );
    expect(stdout).toMatch(/^2 passed, 2 failed/m);
    expect(stdout).toMatch(
      /FAILED \S+ Throwing:.*\n {4}not in the mood\n {4}at \/.*\/cli-fixtures\/typescript\/head\.ts:14:\d+$/m,
    );
    expect(exitCode).toBe(1);
  },
);
