import { join } from 'node:path';
import type { PythonEnvironment } from '../../python/environment.js';

/** LiteRT for Python, in which exported models are opened. */
export const litert: PythonEnvironment = {
  name: 'litert',
  requirements: join(import.meta.dirname, 'requirements.txt'),
  content: 'LiteRT (150 MB)',
};
