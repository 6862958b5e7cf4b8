import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { backendNames, type BackendName } from './tools/test/backend/name.js';
import { chromiumHere } from './tools/test/chromium.js';
import {
  environments,
  isolatedPackages,
  isolatedProjectName,
  projectName,
  sharingTools,
} from './tools/test/projects.js';
import { CONFORMANCE_HAS_RUN } from './tools/test/requirements.js';
import { PatientFirst } from './tools/test/sequencer.js';
import { ownTemporaryFolder } from './tools/test/temporary-folder.js';

ownTemporaryFolder();
const chromium = chromiumHere();

/** `expect(...).toThrowCoded` and `toBeNear` in every test: packages below the kit cannot import them. */
const matchers = 'packages/conformance-kit/src/matchers.ts';

/** The tests that every backend passes, whatever it runs in. */
const onBackends = { include: ['packages/*/test/**/*.test.ts'], setupFiles: ['tools/test/setup-backend.ts', matchers] };

/** Tests whose files share their modules, and tests whose files do not. */
const kinds = [
  { isolate: false, nameOf: projectName, exclude: isolatedPackages.map((name) => `packages/${name}/**`) },
  { isolate: true, nameOf: isolatedProjectName, exclude: [`packages/!(${isolatedPackages.join('|')})/**`] },
] as const;

/** `x.wasm.test.ts` is for one backend alone: it shows a defect that only that one has. */
const exceptFor = (backend: BackendName): string[] => [
  ...backendNames.filter((other) => other !== backend).map((other) => `packages/*/test/**/*.${other}.test.ts`),
  ...(process.env[CONFORMANCE_HAS_RUN] === undefined ? [] : ['packages/*/test/conformance.test.ts']),
];

/** What a browser has another one of: the sources, as everything else. */
const nodeSources = Object.entries({
  '#export': 'estimator/src/export/saved-model.ts',
  '#files': 'tracing/src/prediction/write-files.ts',
  '#graph-step': 'tracing/src/native/graph-step.ts',
  '#open': 'estimator/src/data/open-file.ts',
  '#model-dir': 'estimator/src/checkpoint/folder.ts',
  '#progress': 'estimator/src/progress/terminal.ts',
  '#summaries': 'estimator/src/summaries/event-file.ts',
}).map(([find, path]) => ({ find, replacement: `${import.meta.dirname}/packages/${path}` }));

const nodeProjects = kinds.flatMap(({ isolate, nameOf, exclude }) =>
  environments.node.map((backend): TestProjectInlineConfiguration => ({
    extends: true,
    resolve: { alias: nodeSources },
    test: {
      ...onBackends,
      exclude: [...exclude, ...exceptFor(backend)],
      isolate,
      name: nameOf('node', backend),
      environment: 'node',
      provide: { backend },
    },
  })),
);

const oneBrowser = oneBrowserAtATime();

const chromiumProjects = kinds.map(({ isolate, nameOf, exclude }): TestProjectInlineConfiguration => ({
  extends: true,
  // Named, so that no page is reloaded half way because the server found one more dependency.
  optimizeDeps: {
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-core/dist/register_all_gradients.js',
      '@tensorflow/tfjs-layers',
      '@litertjs/core',
      'apache-arrow',
      'flatbuffers',
      'hyparquet',
      'hyparquet/src/column.js',
      'hyparquet-compressors',
      'papaparse',
      ...['dictionary-batch', 'message', 'message-header', 'record-batch', 'schema'].map(
        (name) => `apache-arrow/fb/${name}`,
      ),
      ...environments.chromium.map((backend) => `@tensorflow/tfjs-backend-${backend}`),
    ],
  },
  test: {
    ...onBackends,
    isolate,
    name: isolate ? 'chromium-isolated' : 'chromium',
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: oneBrowser,
      connectTimeout: 240_000, // Its page is built meanwhile, beside the tests of tools.
      instances: environments.chromium.map((backend) => ({
        browser: 'chromium',
        name: nameOf('chromium', backend),
        // Node runs all of them on cpu, by the same engine; a page, what is cpu's alone.
        include: backend === 'cpu' ? ['packages/*/test/**/*.cpu.test.ts'] : onBackends.include,
        exclude: [...exclude, ...exceptFor(backend)],
        provide: { backend },
      })),
    },
  },
}));

/** vitest would start the browsers of all instances at once: too much for a small machine. */
function oneBrowserAtATime(): ReturnType<typeof playwright> {
  const provider = playwright({ launchOptions: chromium.launch });
  return {
    ...provider,
    providerFactory: (project) => Object.assign(provider.providerFactory(project), { supportsParallelism: false }),
  };
}

const tools = ['tools/**/*.test.ts', 'packages/*/test/**/*.node-test.ts'];

const toolsProjects = [
  { name: 'tools', isolate: false, include: [...sharingTools], exclude: [] },
  { name: 'tools-isolated', isolate: true, include: tools, exclude: [...sharingTools] },
].map(({ name, isolate, include, exclude }): TestProjectInlineConfiguration => ({
  extends: true,
  resolve: { alias: nodeSources },
  test: {
    name,
    isolate,
    include,
    exclude: ['**/node_modules/**', ...exclude],
    setupFiles: [matchers],
    environment: 'node',
    // They wait for processes and pages most of the time.
    maxWorkers: 2,
    // They kill, interrupt and time out processes of a machine that has others. What a second try cures is told at the end.
    retry: 1,
    sequence: { groupOrder: 1 }, // as vitest asks of projects with unlike numbers of workers
    provide: { chromium },
  },
}));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@tfjs-heads\/([^/]+)$/, replacement: `${import.meta.dirname}/packages/$1/src/index.ts` },
      {
        find: '@tfjs-heads/backend-conformance/chromium',
        replacement: `${import.meta.dirname}/packages/backend-conformance/browser/chromium.mjs`,
      },
      { find: /^@tfjs-heads\/([^/]+)\/(.+)$/, replacement: `${import.meta.dirname}/packages/$1/src/$2.ts` },
      // The build makes it, not of a source.
      { find: '../gradients.js', replacement: `${import.meta.dirname}/packages/backends/dist/gradients.js` },
    ],
    dedupe: ['@tensorflow/tfjs-core'],
  },
  test: {
    silent: 'passed-only',
    env: { TF_CPP_MIN_LOG_LEVEL: '3' }, // or TensorFlow tells about the processor
    slowTestThreshold: 10_000,
    // For what hangs; how long the rest takes is no matter of a test. GPUs in software are slow, and two tests share a core.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
    sequence: { sequencer: PatientFirst },
    projects: [
      ...nodeProjects,
      ...chromiumProjects,
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['packages/*/test/**/*.test-d.ts'],
            tsconfig: 'tsconfig.test.json',
            ignoreSourceErrors: true, // The step `typecheck` reports them.
          },
        },
      },
      ...toolsProjects,
    ],
  },
});
