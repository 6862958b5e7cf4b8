// Writes the goldens of the heads, or with --check says how the committed files differ from what would be written.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../workspace.js';
import { goldenFiles, staleness } from './files.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

if (values.check) {
  const problems = await staleness(root);
  for (const problem of problems) console.error(`goldens: ${problem}`);
  if (problems.length > 0) {
    console.error('goldens: if that is meant: npm run goldens');
    process.exitCode = 1;
  } else {
    console.log('goldens: the files in packages/*/goldens are what the reference says');
  }
} else {
  for (const [path, text] of goldenFiles()) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
    console.log(`goldens: wrote ${path} (${Math.round(text.length / 1024)} KiB)`);
  }
}
