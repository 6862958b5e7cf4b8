// Records what the original makes of feature columns, how its estimators train, and checkpoints as it writes them, for the tests of packages/estimator; with --check,
// compares with what was recorded.
import { join } from 'node:path';
import { record } from '../original/record.js';

await record({
  what: 'estimators',
  program: join(import.meta.dirname, 'record.py'),
  committed: 'packages/estimator/test/original.json',
  bound: 2e-4, // Normalization over six examples makes much of a rounding.
  script: 'goldens:estimators',
});

await record({
  what: 'checkpoints',
  program: join(import.meta.dirname, 'checkpoints.py'),
  committed: 'packages/estimator/test/original-checkpoints.json',
  bound: 0,
  script: 'goldens:estimators',
});
