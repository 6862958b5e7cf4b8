import { execa } from 'execa';
import { softwareVulkanPath } from '@tfjs-heads/backend-conformance/chromium';
import { root } from '../workspace.js';
import type { BackendName } from './backend/name.js';
import { environments } from './projects.js';
import type { Failure } from './tally.js';

/** A check beside vitest: a command that must succeed. It counts as one test. */
export interface Step {
  readonly name: string;
  /** The backends are those that must be there. */
  readonly command:
    | readonly [string, ...string[]]
    | ((backends: readonly BackendName[]) => readonly [string, ...string[]]);
  /** It looks at what the step `build` makes. */
  readonly needsBuild?: true;
  /** What it prints is worth seeing also when it passes. */
  readonly tells?: true;
  /** It is about this backend: left out where that is not required. */
  readonly backend?: BackendName;
}

/** What gives Node a GPU in software; it comes with Chromium. */
const vulkan = softwareVulkanPath();

const conformance = 'packages/backend-conformance/dist/cli/main.js';

/**
 * What can differ from WebGPU in Chromium, where every case runs: the driver, reads, memory, and the divergences that
 * are known. A GPU in software takes five minutes and more for the whole suite.
 */
const ofNodeWebgpu = [
  'tfjs',
  'RegressionHead:law',
  'MultiHead:law',
  '*:parity',
  'RegressionHead:golden',
  'RegressionHead:training:no-leak',
];

const conformanceOfNodeWebgpu: Step = {
  name: 'conformance of node:webgpu',
  command: [
    'node',
    conformance,
    '--backend',
    'node:webgpu',
    '--require',
    'node:webgpu',
    ...ofNodeWebgpu.flatMap((query) => ['--filter', query]),
  ],
  needsBuild: true,
  backend: 'webgpu',
};

/** Taken in where their drivers are; else the command says what to install. Their other backends: `npm run conformance:engines`. */
const otherEngines: readonly string[] = ['webkit:wasm', 'firefox:wasm'];

/** What most others look at. */
export const buildStep: Step = { name: 'build', command: ['tsx', 'tools/build/main.ts'] };

/** In the order in which they begin, two at a time, once there is a build. */
export const steps: readonly Step[] = [
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'knip', command: ['knip', '--treat-config-hints-as-errors'] },
  { name: 'typecheck', command: ['tsc', '--project', 'tsconfig.test.json'] },
  { name: 'goldens', command: ['tsx', 'tools/goldens/main.ts', '--check'] },
  { name: 'api', command: ['tsx', 'tools/api-snapshot/main.ts', '--check'], needsBuild: true },
  { name: 'size', command: ['tsx', 'tools/size/main.ts'], needsBuild: true },
  { name: 'native', command: ['tsx', 'tools/test/native.ts'], needsBuild: true, tells: true, backend: 'tensorflow' },
  {
    name: 'conformance',
    command: (backends) => [
      'node',
      conformance,
      '--backend',
      [...targets(backends), ...otherEngines].join(),
      '--require',
      targets(backends).join(),
      '--out',
      'out/conformance',
    ],
    needsBuild: true,
    tells: true,
  },
  { name: 'check-bundlers', command: ['tsx', 'tools/check-bundlers/main.ts'], needsBuild: true },
  ...(vulkan === undefined ? [] : [conformanceOfNodeWebgpu]),
  { name: 'check-packages', command: ['tsx', 'tools/check-packages/main.ts'], needsBuild: true },
  { name: 'check-tfjs', command: ['tsx', 'tools/check-tfjs/main.ts'], needsBuild: true, tells: true },
];

/** The suite's names for backends, in each place that has them. */
function targets(backends: readonly BackendName[]): readonly string[] {
  const inChromiumToo = environments.chromium
    .filter((name) => environments.node.includes(name) && backends.includes(name))
    .map((name) => `chromium:${name}`);
  return [...backends, ...inChromiumToo];
}

/** Runs a step, shows what it printed only if it failed, and gives its end if it did. */
export async function runStep(
  { name, command, tells }: Step,
  backends: readonly BackendName[],
): Promise<Failure | undefined> {
  const start = performance.now();
  const env = vulkan === undefined ? {} : { VK_ICD_FILENAMES: vulkan };
  const [program, ...args] = typeof command === 'function' ? command(backends) : command;
  const { failed, all } = await execa(program, args, { cwd: root, preferLocal: true, reject: false, all: true, env });
  if (failed || tells) console.log(all);
  console.log(`${failed ? '✗' : '✓'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return failed ? { test: name, message: lastLines(all) } : undefined;
}

function lastLines(text: string): string {
  return text.split('\n').slice(-30).join('\n');
}
