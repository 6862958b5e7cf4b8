import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../workspace.js';

/**
 * Removes what the compiler made of sources that are gone. It leaves that behind, and it would be
 * published.
 */
export function removeStaleOutputs(packageFolder: string): void {
  const dist = join(packageFolder, 'dist');
  for (const output of filesUnder(dist)) {
    const source = output.replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (!existsSync(join(packageFolder, 'src', source))) rmSync(join(dist, output));
  }
}
