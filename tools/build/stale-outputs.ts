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
    const module = join(packageFolder, 'src', output.replace(/(\.d\.[cm]?ts|\.[cm]?js)(\.map)?$/, ''));
    // A declaration alone stands for a module that the build makes of something else.
    const isMade = ['.ts', '.cts', '.mts', '.d.ts'].some((ending) => existsSync(module + ending));
    if (!isMade) rmSync(join(dist, output));
  }
}
