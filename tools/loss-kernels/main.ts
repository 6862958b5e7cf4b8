// Builds the WebAssembly of the losses into head-kit.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../workspace.js';
import { built, MODULE } from './build.js';

await writeFile(join(root, MODULE), await built());
