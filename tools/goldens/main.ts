// Writes the goldens of the heads, or with --check says how the committed files differ from what would be written.
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../workspace.js';
import { goldenFiles, staleness } from './files.js';

const folder = join(root, 'packages/head-regression/goldens');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

if (values.check) {
  const problems = await staleness(folder);
  for (const problem of problems) console.error(`goldens: ${problem}`);
  if (problems.length > 0) {
    console.error('goldens: if that is meant: npm run goldens');
    process.exitCode = 1;
  } else {
    console.log(`goldens: the files in ${relative(root, folder)} are what the reference says`);
  }
} else {
  for (const [name, text] of goldenFiles()) {
    await writeFile(join(folder, name), text);
    console.log(`goldens: wrote ${name} (${Math.round(text.length / 1024)} KiB)`);
  }
}
