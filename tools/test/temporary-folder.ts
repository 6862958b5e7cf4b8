import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tells a process that it is within one that has a folder. */
const HAS_FOLDER = 'TFJS_HEADS_TEMPORARY_FOLDER';

/** Gives this process, and all that it starts, a folder of its own for temporary files, which goes with it: tests kill processes, which then leave theirs. */
export function ownTemporaryFolder(): void {
  if (process.env[HAS_FOLDER] !== undefined) return;
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'heads-'));
  process.env[HAS_FOLDER] = folder;
  process.env['TMPDIR'] = folder;
  process.on('exit', () => {
    // A browser that is being closed may still write.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
}
