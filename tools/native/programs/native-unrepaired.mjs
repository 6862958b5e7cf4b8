// tfjs-node as it comes. Run by node-versions.test.ts.
import tf from '@tensorflow/tfjs-node';

console.log(tf.add(1, 2).dataSync()[0]);
