// The page's program. What it imports as `conformance:...` is put in by src/browser/site.ts.
import { openPage } from '../dist/page/main.js';

try {
  await import('conformance:register');
  const { subjects } = await import('conformance:subjects');
  openPage(subjects);
} catch (error) {
  // A module that does not load in a browser: whoever drives the page asks for this.
  globalThis.conformanceError = error instanceof Error ? error.message : String(error);
  document.body.textContent = globalThis.conformanceError;
}
