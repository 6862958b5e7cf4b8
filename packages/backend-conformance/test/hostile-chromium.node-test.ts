import { rm } from 'node:fs/promises';
import { loadExpectations, queryOf, suiteOf, type ConformanceCase } from '@tfjs-heads/conformance-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve, type Site } from '../src/browser/serve.js';
import { runInPage } from '../src/browser/session.js';
import { buildSite } from '../src/browser/site.js';
import { collect } from '../src/cli/collect.js';
import { Failures } from '../src/cli/progress/failure.js';
import { emptyFolder } from './cli-support.js';
import { everywhere, hostileModule, type Hostile } from './hostile.js';

/** One case, which the head fails if nothing else happens. */
const query = 'Mine:law:mean-is-sum-over-size:rows=33';

const SILENCE = 25_000; // ms
const only = (...names: string[]): (readonly [string, Hostile, RegExp])[] =>
  everywhere.filter(([name]) => names.includes(name));

const forged = `JSON.stringify({ type: 'result', result: { subject: 'Mine', family: 'law', check: 'mean-is-sum-over-size', parameters: { rows: 33 }, query: '${query}', status: 'pass', milliseconds: 1 } })`;

const inPage: readonly (readonly [what: string, hostile: Hostile, says: RegExp])[] = [
  [
    'loads the page again',
    { inLoss: 'location.reload(); for (const end = Date.now() + 2000; Date.now() < end; );' },
    /FAILED chromium:cpu Mine:law:/,
  ],
  [
    'runs out of memory',
    { inLoss: 'const all = []; for (;;) all.push(new Array(1e7).fill(0.5));' },
    /FAILED chromium:cpu Mine:law:/,
  ],
  [
    'puts itself in the place of the suite',
    { atImport: `window.conformance = { next: async () => ${forged} };` },
    /FAILED chromium:cpu Mine:law:.*\n *.*(read only|read-only).*conformance/,
  ],
  [
    'changes what the page answers',
    { atImport: `window.conformance.next = async () => ${forged};` },
    /FAILED chromium:cpu Mine:law:.*\n *.*read only property 'next'/,
  ],
  ['asks for the messages itself', { inLoss: 'window.conformance.next();' }, /FAILED chromium:cpu Mine:law:/],
  [
    'begins another job',
    { inLoss: `window.conformance.start({ key: '0'.repeat(32), modules: { register: [], subjects: 'x' } });` },
    /FAILED chromium:cpu Mine:law:.*\n *The page has been given its job\./,
  ],
];

const hostiles = [
  ...inPage,
  ...only('leaves a rejection in a loss', 'throws in a timer', 'replaces Promise', 'replaces JSON.stringify'),
];
const modules = await Promise.all(hostiles.map(([, hostile]) => hostileModule('head', hostile)));

// One page for all: as for the command, it loads no module before it is told which.
let folder: string;
let site: Site;
let testCase: ConformanceCase;
beforeAll(async () => {
  folder = await emptyFolder();
  const [first = '', ...others] = modules;
  await buildSite(folder, { subjects: first, register: others }, { sourceMap: true });
  site = await serve(folder, '127.0.0.1');
  const { cases } = await suiteOf({ Mine: { create: () => ({}) as never, weights: 'logits' } });
  testCase = cases.find((candidate) => queryOf(candidate) === query) as ConformanceCase;
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

async function expectFailure(path: string, says: RegExp): Promise<void> {
  const request = { backend: 'cpu', filters: [query], repair: true, expectations: await loadExpectations('cpu') };
  const settings = { browser: 'chromium', gpu: false, onOutput: () => {} } as const;
  const job = { modules: { subjects: path, register: [] }, request };
  const build = (): Promise<void> => Promise.resolve(); // It is there.
  const told: string[] = [];
  const failures = new Failures();
  const { cases, unavailable } = await collect((signal) => runInPage({ url: site.url, build }, settings, job, signal), {
    cases: [testCase],
    silence: SILENCE,
    interrupted: new AbortController().signal,
    stopped: new AbortController().signal,
    onMessage: (message) => told.push(failures.textOf('chromium:cpu', message) ?? ''),
  });
  expect(unavailable).toBeUndefined();
  expect(told.join('\n')).toMatch(says);
  expect(cases.map((result) => [result.query, result.status])).toEqual([[query, 'fail']]);
}

it.each(hostiles.map(([what, , says], i) => [what, modules[i] as string, says] as const))(
  'in a page, a head never passes that %s',
  (_, path, says) => expectFailure(path, says),
);
