import { execa } from 'execa';
import { root } from '../workspace.js';
import type { BackendName } from './backend/name.js';

/** A check beside vitest: a command that must succeed. It counts as one test. */
export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** It looks at what the step `build` makes. */
  readonly needsBuild?: true;
  /** What it prints is worth seeing also when it passes. */
  readonly tells?: true;
  /** It is about this backend: left out where that is not required. */
  readonly backend?: BackendName;
}

export const steps: readonly Step[] = [
  { name: 'build', command: ['tsx', 'tools/build/main.ts'] },
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  { name: 'typecheck', command: ['tsc', '--project', 'tsconfig.test.json'] },
  { name: 'api', command: ['tsx', 'tools/api-snapshot/main.ts', '--check'], needsBuild: true },
  { name: 'size', command: ['tsx', 'tools/size/main.ts'], needsBuild: true },
  { name: 'native', command: ['tsx', 'tools/test/native.ts'], needsBuild: true, tells: true, backend: 'tensorflow' },
  { name: 'check-packages', command: ['tsx', 'tools/check-packages/main.ts'], needsBuild: true },
];

/** Runs a step, shows what it printed only if it failed, and says whether it passed. */
export async function runStep({ name, command: [program, ...args], tells }: Step): Promise<boolean> {
  const start = performance.now();
  const { failed, all } = await execa(program, args, { cwd: root, preferLocal: true, reject: false, all: true });
  if (failed || tells) console.log(all);
  console.log(`${failed ? '✗' : '✓'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return !failed;
}
