// Fails when a package, or an export of one, has reached its budget of bytes.
import { budgets } from './budgets.js';
import { gzippedSize } from './measure.js';

for (const { packageName, only, bytes } of budgets) {
  const size = await gzippedSize(packageName, only);
  const fits = size < bytes;
  console.log(
    `size: ${only === undefined ? packageName : `${only} of ${packageName}`} ${size} bytes gzipped, ${fits ? 'below' : 'NOT below'} ${bytes}`,
  );
  if (!fits) process.exitCode = 1;
}
