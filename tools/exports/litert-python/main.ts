// Makes the Python in which the tests open exported models of TFLite, where it is not there.
import { Problem } from '../../native/problem.mjs';
import { ensureEnvironment } from '../../python/environment.js';
import { litert } from './environment.js';

try {
  console.log(await ensureEnvironment(litert, (line) => console.log(`litert-python: ${line}`)));
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(`litert-python: ${error.message}`);
  process.exitCode = 1;
}
