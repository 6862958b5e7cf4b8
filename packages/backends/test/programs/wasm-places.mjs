// Says to tfjs where the binaries are (the second argument, if any), then starts wasm with the options in the first, and
// prints what came of it. Run by wasm-places.node-test.ts.
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { startBackend } from '@tfjs-heads/backends';

const [options = '{}', told] = process.argv.slice(2);
if (told !== undefined) setWasmPaths(told);
const { candidates } = await startBackend({ allow: ['wasm'], ...JSON.parse(options) }).catch(
  (error) => /** @type {import('@tfjs-heads/backends').NoBackendError} */ (error),
);
const [wasm] = candidates;
console.log(JSON.stringify({ ...wasm, place: wasm?.repairs.find(({ repair }) => repair === 'wasm-paths')?.detail }));
