import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './cache.mjs';
import { unzip } from './unzip.mjs';
import { withWheel } from './wheel.mjs';

// What the addon includes, seen from the wheel's root, with what those headers include.
const HEADERS = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/c/',
  'tensorflow/include/tsl/platform/ctstring',
];
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const NOTICES = /^(tensorflow\/THIRD_PARTY_NOTICES\.txt|[^/]*\.dist-info\/LICENSE)$/;

/**
 * The folder with TensorFlow's `lib` and `include`, as tfjs-node expects them in its `deps`.
 * @param {import('./flavours.mjs').Flavour} flavour
 * @param {string} cache
 */
export function tensorflowFolder(flavour, cache) {
  return join(cache, `${flavour.wheel}-${flavour.version}`);
}

/**
 * Makes sure that the folder is there; fetches the wheel if it must.
 * @param {import('./flavours.mjs').Flavour} flavour
 * @param {string} cache
 * @param {(line: string) => void} log
 */
export function ensureTensorflow(flavour, cache, log) {
  return makeFolder(tensorflowFolder(flavour, cache), (folder) =>
    withWheel(flavour, cache, log, async (wheel) => {
      log(`unpacking TensorFlow's library and headers to ${tensorflowFolder(flavour, cache)}`);
      const libraries = LIBRARIES.map((name) => `tensorflow/${name}`);
      const unpacked = await unzip(
        wheel,
        folder,
        (name) => libraries.includes(name) || NOTICES.test(name) || HEADERS.some((prefix) => name.startsWith(prefix)),
      );
      const absent = libraries.filter((name) => !unpacked.includes(name));
      if (absent.length > 0) throw new Error(`the wheel has no ${absent.join(', ')}`);
      renameSync(join(folder, 'tensorflow'), join(folder, 'lib'));
      renameSync(join(folder, 'lib', 'include'), join(folder, 'include'));
      // The wheel has no names to link with; the addon records the real ones.
      symlinkSync('libtensorflow_cc.so.2', join(folder, 'lib', 'libtensorflow.so'));
      symlinkSync('libtensorflow_framework.so.2', join(folder, 'lib', 'libtensorflow_framework.so'));
    }),
  );
}
