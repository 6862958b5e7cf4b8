import type { LayersModel } from '@tensorflow/tfjs-layers';
import { numbersInMemory, theEngine } from '../engine.js';

/**
 * Gives the weights of a model new data with the same numbers, on wasm. The binary of tfjs keeps what it has rearranged of a matrix by the name of its data, which
 * must not change therefore; those of a compiled training step do.
 */
export function giveFreshData(model: LayersModel): void {
  const engine = theEngine();
  if (!('dataIdMap' in engine.backend)) return;
  for (const weight of model.weights) {
    const variable = weight.read();
    if (engine.state.tensorInfo.get(variable.dataId)?.backend !== engine.backend) continue;
    const fresh = engine.makeTensor(numbersInMemory(variable), variable.shape.slice(), variable.dtype);
    (variable as unknown as { assign(tensor: unknown): void }).assign(fresh);
    fresh.dispose();
  }
}
