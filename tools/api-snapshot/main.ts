// Writes the committed snapshot of a package's public types, or with --check compares it and shows
// how it differs. A change of the contract is then a change that a reviewer sees.
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { root } from '../workspace.js';
import { publicTypes } from './snapshot.js';

/** The packages whose types are a contract. */
const contracts = ['packages/head-api'];

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

for (const folder of contracts) {
  const snapshot = join(root, folder, 'api.d.ts');
  const types = publicTypes(join(root, folder));
  if (!values.check) {
    writeFileSync(snapshot, types);
    console.log(`api: wrote ${relative(root, snapshot)}`);
  } else if (await differs(snapshot, types)) {
    console.error(
      `api: the public types of ${folder} are not those of its snapshot (above). If that is meant: npm run api`,
    );
    process.exitCode = 1;
  } else {
    console.log(`api: ${folder} is as its snapshot says`);
  }
}

/** Prints the difference, if there is one. A missing snapshot differs. */
async function differs(snapshot: string, types: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'api-snapshot-'));
  try {
    const built = join(folder, 'built.d.ts');
    writeFileSync(built, types);
    const { exitCode } = await execa('diff', ['-uN', '--label', 'snapshot', '--label', 'built', snapshot, built], {
      reject: false,
      stdout: 'inherit',
      stderr: 'inherit',
    });
    return exitCode !== 0;
  } finally {
    await rm(folder, { recursive: true });
  }
}
