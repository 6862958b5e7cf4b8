// Starts wasm, repaired or not, and prints a sum. Bundled and run by wasm-paths.node-test.ts.
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { repairWasmPaths } from '@tfjs-heads/backends/repairs/wasm-paths';

async function main() {
  if (process.argv[2] === 'repaired') await repairWasmPaths();
  await tf.setBackend('wasm');
  console.log(`sum ${tf.sum(tf.ones([3])).dataSync()[0]}`);
}
main();
