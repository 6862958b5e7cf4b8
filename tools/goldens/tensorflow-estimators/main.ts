// Records what the original makes of feature columns, and how its estimators train, for the tests of packages/estimator; with --check,
// compares with what was recorded.
import { join } from 'node:path';
import { record } from '../original/record.js';

await record({
  what: 'estimators',
  program: join(import.meta.dirname, 'record.py'),
  committed: 'packages/estimator/test/original.json',
  script: 'goldens:estimators',
});
