// Builds the WebAssembly of the losses into head-kit.
import { writeFile } from 'node:fs/promises';
import { built } from './build.js';

await writeFile(new URL('../../packages/head-kit/src/losses/simd-module.ts', import.meta.url), await built());
