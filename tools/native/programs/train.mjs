// Starts one backend in a fresh process, trains on it and prints what came of it. Run by node-versions.test.ts.
import * as tf from '@tensorflow/tfjs-core';
import { describeBackend, startBackend } from '@tfjs-heads/backends';
import { createRequire } from 'node:module';

const name = String(process.argv[2]);
const { candidates } = await startBackend({ prefer: [name], allow: [name], timeLimit: 60_000 });
const weights = tf.tidy(() => tf.variable(tf.zeros([3, 1])));
const x = tf.tensor2d([
  [1, 0, 2],
  [0, 1, -1],
  [1, 1, 1],
  [2, -1, 0],
  [-1, 0, 1],
]);
const y = tf.tensor2d([[5], [-1], [4], [0], [1]]);
const optimizer = tf.train.adam(0.1);
const losses = [];
for (let step = 0; step < 100; step++) {
  const loss = optimizer.minimize(() => tf.mean(tf.squaredDifference(tf.matMul(x, weights), y)), true, [weights]);
  losses.push((await loss?.data())?.[0]);
  loss?.dispose();
}
const { versions, cuda, adapter } = await describeBackend();
// The backends are CommonJS for Node, so this is where a loaded one shows.
const loaded = Object.keys(createRequire(import.meta.url).cache).flatMap(
  (file) => /@tensorflow\/tfjs-((?:backend-|node)[a-z]*)\//.exec(file)?.[1] ?? [],
);
const repairs = candidates[0]?.repairs.filter(({ outcome }) => outcome === 'applied').map(({ repair }) => repair);
console.log(
  JSON.stringify({
    node: process.version,
    backend: tf.getBackend(),
    first: losses[0],
    last: losses.at(-1),
    versions,
    cuda,
    adapter,
    repairs,
    loaded: [...new Set(loaded)].toSorted(),
  }),
);
