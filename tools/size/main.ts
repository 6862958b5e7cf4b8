// Fails when a package has reached its budget of bytes.
import { budgets } from './budgets.js';
import { gzippedSize } from './measure.js';

for (const [name, budget] of Object.entries(budgets)) {
  const size = await gzippedSize(name);
  const fits = size < budget;
  console.log(`size: ${name} ${size} bytes gzipped, ${fits ? 'below' : 'NOT below'} ${budget}`);
  if (!fits) process.exitCode = 1;
}
