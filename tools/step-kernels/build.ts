import { assembled } from '../loss-kernels/build.js';
import { SCRATCH, source as products } from './products.js';
import { source as updates } from './updates.js';

/** Where the modules lie, from the root of the repository, and what these files are to hold. */
export const modules: Readonly<Record<string, () => Promise<string>>> = {
  'packages/optimizers/src/simd-module.ts': async () => fileOf('updates', updates),
  'packages/tracing/src/wasm/simd-module.ts': async () =>
    [
      await fileOf('products', products),
      '/** How much room a product needs, in bytes. */',
      `export const SCRATCH = ${SCRATCH};\n`,
    ].join('\n'),
};

async function fileOf(name: string, text: string): Promise<string> {
  return [
    `// Built by \`npm run step-kernels\` of \`tools/step-kernels/${name}.ts\`.\n`,
    '/** The module, in base64. */',
    `export const BYTES =\n  '${await assembled(text)}';\n`,
  ].join('\n');
}
