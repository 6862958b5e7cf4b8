import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { emptyFolder } from './cli-support.js';

/** A head that is wrong, with code in it that does what no head should. */
export interface Hostile {
  /** At the top of the module. */
  readonly atImport?: string;
  /** Before the head is made. */
  readonly inCreate?: string;
  /** Before a loss is computed. */
  readonly inLoss?: string;
}

const heads = createRequire(import.meta.url).resolve('@tfjs-heads/head-regression');

/** Writes a module whose head never divides a loss, so that nothing it does may end as a pass. Its first line is the code at import. */
export async function hostileModule(
  name: string,
  { atImport = '', inCreate = '', inLoss = '' }: Hostile,
): Promise<string> {
  const folder = await emptyFolder();
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.mjs`);
  await writeFile(
    path,
    `${atImport}
import { RegressionHead } from ${JSON.stringify(heads)};
class Head extends RegressionHead {
  loss(...inputs) {
    ${inLoss}
    return super.loss(...inputs);
  }
}
const create = (options) => {
  ${inCreate}
  return new Head({ ...options, lossReduction: 'sum' });
};
export const subjects = { Mine: { create, weights: 'logits' } };
`,
  );
  return path;
}

/** What can be done in Node and in a page alike: what it is, the code, and what the command says of it. */
export const everywhere: readonly (readonly [what: string, hostile: Hostile, says: RegExp])[] = [
  ['throws null', { atImport: 'throw null;' }, /does not load: null/],
  ['throws an object without a prototype', { atImport: 'throw Object.create(null);' }, /does not load: /],
  [
    'leaves a rejection at import',
    { atImport: "Promise.reject(new Error('nobody waits'));" },
    /an error that nothing caught: nobody waits\n *at .*\.mjs:1:\d+/,
  ],
  [
    'leaves a rejection in a loss',
    { inLoss: "Promise.reject(new Error('nobody waits'));" },
    /Mine:law:.*\n *an error that nothing caught: nobody waits\n *at .*\.mjs:5:\d+/,
  ],
  [
    'throws in a timer',
    { atImport: "setTimeout(() => { throw new Error('late'); }, 30);" },
    /an error that nothing caught: late\n *at .*\.mjs:1:\d+/,
  ],
  [
    'replaces Promise',
    { atImport: 'globalThis.Promise = class {};' },
    /does not load: .*Promise.*\n *at .*\.mjs:1:\d+/,
  ],
  [
    'replaces JSON.stringify',
    { inCreate: "JSON.stringify = () => '0';" },
    /Mine:law:.*\n *.*stringify.*\n *at .*\.mjs:10:\d+/,
  ],
  [
    'replaces a method of arrays',
    { inLoss: 'Array.prototype.every = () => true;' },
    /Mine:law:.*\n *.*every.*\n *at .*\.mjs:5:\d+/,
  ],
  ['replaces setTimeout', { atImport: 'globalThis.setTimeout = (run) => run();' }, /does not load: .*setTimeout/],
  [
    'gives all objects a toJSON',
    { atImport: "Object.prototype.toJSON = () => ({ status: 'pass' });" },
    /does not load: .*toJSON/,
  ],
];
