// Records what TensorFlow's own optimizers do, for the tests of packages/optimizers; with --check, compares with what was recorded.
import { join } from 'node:path';
import { record } from '../original/record.js';

await record({
  what: 'optimizers',
  program: join(import.meta.dirname, 'record.py'),
  committed: 'packages/optimizers/test/original.json',
  bound: 1e-6,
  script: 'goldens:optimizers',
});
