import wabt from 'wabt';
import { PLACES, ROWS, SLOTS, source as ofMetrics } from './metrics-source.js';
import { source as ofLosses } from './source.js';
import { AT, LOGITS } from './wat.js';

/** Modules in head-kit: where each lies, from the root of the repository, and what the file is to hold. */
export const modules: readonly { readonly path: string; built(): Promise<string> }[] = [
  {
    path: 'packages/head-kit/src/losses/simd-module.ts',
    built: () => built('source.ts', ofLosses, AT, ['How many logits a block has at most', 'LOGITS', LOGITS]),
  },
  {
    path: 'packages/head-kit/src/metrics/logistic-module.ts',
    built: () =>
      built(
        'metrics-source.ts',
        ofMetrics,
        PLACES,
        ['How many rows a block has at most', 'ROWS', ROWS],
        ['How many sums of weights there are at most', 'SLOTS', SLOTS],
      ),
  },
];

async function built(
  file: string,
  source: string,
  places: Readonly<Record<string, number>>,
  ...numbers: readonly (readonly [what: string, name: string, value: number])[]
): Promise<string> {
  const lines = Object.entries(places).map(([name, place]) => `  ${name}: ${place},\n`);
  return [
    `// Built by \`npm run loss-kernels\` of \`tools/loss-kernels/${file}\`.\n`,
    ...numbers.map(([what, name, value]) => `/** ${what}. */\nexport const ${name} = ${value};\n`),
    '/** Where blocks lie in the memory, in bytes. */',
    `export const AT = {\n${lines.join('')}} as const;\n`,
    '/** The module, in base64. */',
    `export const BYTES =\n  '${await assembled(source)}';\n`,
  ].join('\n');
}

/** The module that a text describes, in base64. */
export async function assembled(text: string): Promise<string> {
  const features = { simd: true, sat_float_to_int: true, bulk_memory: true };
  const parsed = (await wabt()).parseWat('module.wat', text, features);
  try {
    parsed.resolveNames();
    parsed.validate();
    return Buffer.from(parsed.toBinary({}).buffer).toString('base64');
  } finally {
    parsed.destroy();
  }
}
