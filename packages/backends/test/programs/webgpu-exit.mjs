// Ends a process in some way while the GPU has work to do. Run by node-webgpu.node-test.ts.
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '@tfjs-heads/backends';

const way = process.argv[2];
await startBackend({ prefer: ['webgpu'], allow: ['webgpu'], selfTest: false, timeLimit: 60_000 });
tf.env().set('WEBGPU_CPU_FORWARD', false);
const x = tf.ones([200, 200]);
const work = () => {
  for (let i = 0; i < 20; i++) tf.matMul(x, x);
};
const read = () => tf.matMul(x, x).data();

/** @type {Record<string, () => unknown>} */
const ways = {
  'after a read': async () => {
    await read();
    process.exit(3);
  },
  'with work queued': () => {
    work();
    process.exit(3);
  },
  'with a read pending': () => {
    void read();
    process.exit(3);
  },
  'with many reads pending': () => {
    for (let i = 0; i < 20; i++) read().catch(() => {});
    process.exit(3);
  },
  'by an error': () => {
    process.exitCode = 3;
    work();
    void read();
    throw new Error('thrown on purpose');
  },
  'with the backend removed': () => {
    work();
    tf.removeBackend('webgpu');
    process.exit(3);
  },
  'by itself': () => {
    work();
    process.exitCode = 3;
  },
};
await ways[String(way)]?.();
