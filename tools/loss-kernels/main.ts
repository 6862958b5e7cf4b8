// Builds the WebAssembly of losses and metrics into head-kit.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../workspace.js';
import { modules } from './build.js';

for (const { path, built } of modules) await writeFile(join(root, path), await built());
