import { join } from 'node:path';
import { ensureEnvironment, environmentIfMade, type PythonEnvironment } from '../../python/environment.js';

const original: PythonEnvironment = {
  name: 'original',
  requirements: join(import.meta.dirname, 'requirements.txt'),
  content: 'TensorFlow and its estimators (1.3 GB)',
};

/**
 * The Python that has TensorFlow and its estimators; made in the cache if it is not there.
 *
 * @throws Problem when this machine has no Python 3.11, or pip cannot install the requirements
 */
export function ensurePython(log: (line: string) => void): Promise<string> {
  return ensureEnvironment(original, log);
}

/** That Python where it has been made already. */
export function pythonIfMade(): string | undefined {
  return environmentIfMade(original);
}
