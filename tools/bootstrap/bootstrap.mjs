// Makes a fresh machine ready: the dependencies, the native backend, and a Chromium unless told --no-browser; with --webkit or
// --all-browsers WebKit, or Firefox too, with their drivers. Plain JavaScript without dependencies, since it runs before there are any.
// Doing it again costs nothing.
import { parseArgs } from 'node:util';
import { prepareDependencies } from './dependencies.mjs';
import { prepareNative } from './native.mjs';

const flag = /** @type {const} */ ({ type: 'boolean', default: false });
const { values } = parseArgs({ options: { 'no-browser': flag, webkit: flag, 'all-browsers': flag } });

try {
  const ready = [prepareDependencies()];
  ready.push(await prepareNative());
  if (!values['no-browser']) {
    const { prepareBrowser } = await import('./browser.mjs'); // It imports a package, which is there from now on.
    ready.push(prepareBrowser());
  }
  if (values.webkit || values['all-browsers']) {
    const { prepareEngines } = await import('./engines.mjs');
    ready.push(prepareEngines(values['all-browsers']));
  }
  console.log(`bootstrap: ready (${ready.join('; ')})`);
} catch (error) {
  console.error(`bootstrap: ${describe(error)}`);
  process.exitCode = 1;
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function describe(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${describe(error.cause)}`;
}
