// What a user would write first: the documented example, with nothing but tfjs-core and one backend,
// and then that backend picked and self-tested.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { ModeKeys, type Head } from '@tfjs-heads/head-api';
import { startBackend } from '@tfjs-heads/backends';
import { MultiClassHead } from '@tfjs-heads/head-classification';
import { MultiHead } from '@tfjs-heads/head-multi';
import { RegressionHead } from '@tfjs-heads/head-regression';

const head: Head = new RegressionHead();
const labels = tf.tensor2d([[43], [44]]);
const logits = tf.tensor2d([[45], [41]]);

const loss = head.loss(labels, logits, { features: {}, mode: ModeKeys.EVAL });
const metrics = head.updateMetrics(head.metrics(), {}, logits, labels);

console.log(`loss ${(await loss.array()).toFixed(2)}`);
for (const key of ['average_loss', 'label/mean', 'prediction/mean']) {
  console.log(`${key} ${(await metrics[key]?.result())?.toFixed(2)}`);
}

// What a head takes and gives is known to the compiler, also where the head is one of several.
const typed = new RegressionHead({ inverseLinkFn: tf.exp });
const { predictions, logits: perhaps }: { predictions: tf.Tensor; logits?: tf.Tensor } = typed.predictions(logits);
const heads: Head[] = [head, typed];
// @ts-expect-error -- labels of heads by name
const refused = (): tf.Scalar => typed.loss({ mine: labels }, logits);
// @ts-expect-error -- no such prediction
const unknown = (): unknown => typed.predictions(logits, ['probabilities']);
console.log(
  `${heads.length} heads, predictions ${String(predictions.shape)}, ${perhaps?.dtype}, ${typeof refused} ${typeof unknown}`,
);

// Names of classes, and one network with two heads.
const kinds = ['a', 'b', 'c'];
const both = new MultiHead({
  heads: [
    new RegressionHead({ name: 'price' }),
    new MultiClassHead({ name: 'kind', nClasses: 3, labelVocabulary: kinds }),
  ],
});
const ofBoth = tf.tensor2d([
  [45, 0, 0, 1],
  [41, 1, 0, 0],
]);
const lossOfBoth = both.loss({ price: labels, kind: tf.tensor2d(['c', 'a'], [2, 1]) }, ofBoth);
console.log(
  `two heads: ${(await lossOfBoth.array()).toFixed(2)}, ${String(await both.predictions(ofBoth)['kind/classes']?.array())}`,
);

const { name, candidates } = await startBackend({ allow: ['cpu', 'wasm'] });
console.log(`backend ${name}`);
console.log(candidates.map((candidate) => `${candidate.name} ${candidate.status}`).join(', '));
