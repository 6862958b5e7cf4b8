import wabt from 'wabt';
import { AT, LOGITS, source } from './source.js';

/** Where the module lies, from the root of the repository. */
export const MODULE = 'packages/head-kit/src/losses/simd-module.ts';

/** What that file is to hold. */
export async function built(): Promise<string> {
  const places = Object.entries(AT).map(([name, place]) => `  ${name}: ${place},\n`);
  return [
    '// Built by `npm run loss-kernels` of `tools/loss-kernels/source.ts`.\n',
    '/** How many logits a block has at most. */',
    `export const LOGITS = ${LOGITS};\n`,
    '/** Where blocks lie in the memory, in bytes. */',
    `export const AT = {\n${places.join('')}} as const;\n`,
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
