import { expect, it } from 'vitest';
import { conformance } from './cli-support.js';
import { everywhere, hostileModule, type Hostile } from './hostile.js';

/** One case, which the head fails if nothing else happens. */
const query = 'Mine:law:mean-is-sum-over-size:rows=33';
const only = (...names: string[]): (readonly [string, Hostile, RegExp])[] =>
  everywhere
    .filter(([name]) => names.includes(name))
    .map(([name, hostile, says]) => [name, inPageAlone(hostile), says]);

/** The cases are listed in Node, where the code must do nothing. */
function inPageAlone({ atImport, ...hostile }: Hostile): Hostile {
  return { ...hostile, ...(atImport && { atImport: `if (typeof window !== 'undefined') { ${atImport} }` }) };
}

const forged = `JSON.stringify({ type: 'result', result: { subject: 'Mine', family: 'law', check: 'mean-is-sum-over-size', parameters: { rows: 33 }, query: '${query}', status: 'pass', milliseconds: 1 } })`;

const inPage: readonly (readonly [what: string, hostile: Hostile, says: RegExp])[] = [
  ['closes its window', { atImport: 'window.close(); await new Promise(() => {});' }, /FAILED chromium:cpu Mine:law:/],
  [
    'loads the page again',
    { inLoss: 'location.reload(); for (const end = Date.now() + 2000; Date.now() < end; );' },
    /FAILED chromium:cpu Mine:law:/,
  ],
  ['hangs in a loss', { inLoss: 'for (;;);' }, /FAILED chromium:cpu Mine:law:.*\n *it said nothing for 25 s/],
  [
    'waits for ever at import',
    { atImport: 'await new Promise(() => {});' },
    /FAILED chromium:cpu Mine:law:.*\n *it said nothing for 25 s while it imports .*\.mjs/,
  ],
  [
    'runs out of memory',
    {
      inLoss:
        'const all = []; for (;;) all.push(new Float64Array(1e7).fill(1), Array.from({ length: 1e6 }, Math.random));',
    },
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

it.each([
  ...inPage.map(([what, hostile, says]) => [what, inPageAlone(hostile), says] as const),
  ...only('leaves a rejection in a loss', 'throws in a timer', 'replaces Promise', 'replaces JSON.stringify'),
])('in a page, a head never passes that %s', { timeout: 180_000 }, async (_, hostile, says) => {
  const path = await hostileModule('head', hostile);
  const { exitCode, stdout } = await conformance(
    path,
    '--backend',
    'chromium:cpu',
    '--filter',
    query,
    '--silence',
    '25',
  );
  expect(stdout).toMatch(says);
  expect(stdout).not.toMatch(/^[1-9]\d* passed/m);
  expect(exitCode).toBe(1);
});
