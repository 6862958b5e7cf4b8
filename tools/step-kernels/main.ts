// Builds the WebAssembly of training steps into the packages that run it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../workspace.js';
import { modules } from './build.js';

for (const [path, built] of Object.entries(modules)) await writeFile(join(root, path), await built());
