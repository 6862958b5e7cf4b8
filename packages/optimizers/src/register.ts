import { serialization } from '@tensorflow/tfjs-core';
import { Adagrad } from './adagrad.js';
import { Adam, AdamW } from './adam.js';
import { Adamax } from './adamax.js';
import { Ftrl } from './ftrl.js';
import { Lion } from './lion.js';
import { Nadam } from './nadam.js';
import { RMSprop } from './rmsprop.js';
import { SGD } from './sgd.js';

/**
 * Makes the optimizers known to tfjs by their class names, `TfjsHeads>Adam`, so that a model of tfjs-layers that was saved
 * with one of them (`includeOptimizer: true`) can be loaded. To call it again does nothing.
 *
 * @example
 * registerOptimizers();
 * const model = await loadLayersModel('file://model.json');
 */
export function registerOptimizers(): void {
  for (const optimizer of [Adagrad, Adam, AdamW, Adamax, Ftrl, Lion, Nadam, RMSprop, SGD])
    serialization.registerClass(optimizer as serialization.SerializableConstructor<serialization.Serializable>);
}
