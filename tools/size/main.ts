// Fails when a package, or an export of one, has reached its budget of bytes.
import { budgets } from './budgets.js';
import { gzippedSize } from './measure.js';

for (const { packageName, only, bytes, later = 1 } of budgets) {
  const size = await gzippedSize(packageName, only);
  const fits = size.start < bytes && size.later < later;
  const name = only === undefined ? packageName : `${only} of ${packageName}`;
  const laterText = size.later > 0 || later > 1 ? `, and ${size.later} later, of ${later}` : '';
  console.log(`size: ${name} ${size.start} bytes gzipped, of ${bytes}${laterText}${fits ? '' : ': TOO LARGE'}`);
  if (!fits) process.exitCode = 1;
}
