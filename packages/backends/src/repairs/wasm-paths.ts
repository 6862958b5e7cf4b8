import { engine, type KernelBackend } from '@tensorflow/tfjs-core';
import { checkOptions, wasmPathsOptions } from '../check-options.js';
import { loadBackend } from '../load-backend.js';
import { backendsError } from '../error.js';
import { reasonOf } from '../reason.js';
import { isMade, isRegistered } from '../registry.js';
import { likelyAddresses } from '../wasm/binary-addresses.js';
import { binaryNameHere, type BinaryName, type WasmPaths, type WasmPathsOptions } from '../wasm/binary-names.js';
import { interceptReading } from '../wasm/intercept-reading.js';
import { asked, startSearch, type Search } from '../wasm/search.js';
import { reporter, type RepairReport } from './report.js';

const report = reporter('wasm-paths', undefined);

type Factory = () => KernelBackend | Promise<KernelBackend>;

// On the function and by a global symbol, so that a second copy of this package sees it too.
const marker = Symbol.for('@tfjs-heads/backends/wasm-paths');

export type { WasmPathsOptions };

/**
 * The wasm backend looks for its binary beside the script that it runs in, where a bundler has put none, and fails to
 * start. Afterwards it looks further: where the program has set with `setWasmPaths`, where bundlers put what they copy,
 * in an import map, in served and installed folders. Call it before the backend is started. Nothing is downloaded twice,
 * and when it is found nowhere the backend fails with every address that was tried. The detail of the report tells
 * afterwards where it was found.
 */
export async function repairWasmPaths(options: WasmPathsOptions = {}): Promise<RepairReport> {
  checkOptions('repairWasmPaths', options, wasmPathsOptions);
  const { wasmPaths } = options;
  if (isMade('wasm')) return report.notNeeded('the backend has started');
  // One that was not there yet cannot have been told by the program where to look.
  const wasRegistered = isRegistered('wasm');
  const missing = await loadBackend('wasm');
  if (missing !== undefined) return report.impossible(missing);
  const entry = engine().registryFactory['wasm'] as { factory: Factory & { [marker]?: Factory } };
  const original = entry.factory[marker] ?? entry.factory;
  if (original !== entry.factory && wasmPaths === undefined) return report.notNeeded('it was done before');

  const name = await binaryNameHere();
  const addresses = await addressesOf(name, wasmPaths, wasRegistered);
  let search: Search = startSearch(name, addresses);
  const start = async (): Promise<KernelBackend> => {
    search = startSearch(name, addresses);
    const stop = interceptReading(search);
    try {
      return await original();
    } catch (error) {
      throw failureOf(search, error);
    } finally {
      stop();
    }
  };
  entry.factory = Object.assign(start, { [marker]: original });
  return Object.defineProperty(report.applied(''), 'detail', { enumerable: true, get: () => String(search) });
}

/** In the order in which they are tried. */
async function addressesOf(
  name: BinaryName,
  given: WasmPaths | undefined,
  mayBeSet: boolean,
): Promise<readonly (string | typeof asked)[]> {
  if (typeof given === 'string') return [given + name];
  if (given?.[name] !== undefined) return [given[name]];
  const likely = await likelyAddresses(name);
  return mayBeSet ? [asked, ...likely] : [...likely, asked];
}

/** tfjs says "Make sure the server can serve the `.wasm` file", whatever it was. */
function failureOf(search: Search, error: unknown): unknown {
  if (search.state === 'not asked') return error;
  if (search.state === 'not found')
    return backendsError('NO_BINARY', `${search}. Say where it is by the option wasmPaths of startBackend`);
  return backendsError('NO_BINARY', `${search}, and did not start: ${reasonOf(error)}`);
}
