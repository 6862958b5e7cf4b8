import { checkExpectationFile, type Expectation } from '../expectation.js';
import { readJson } from '../read-json.js';

/** Each written out in full: this is the form that bundlers replace by the address of a copied file. */
const files: Readonly<Record<string, () => URL>> = {
  cpu: () => new URL('../../expectations/cpu.json', import.meta.url),
  wasm: () => new URL('../../expectations/wasm.json', import.meta.url),
  webgl: () => new URL('../../expectations/webgl.json', import.meta.url),
  webgpu: () => new URL('../../expectations/webgpu.json', import.meta.url),
  tensorflow: () => new URL('../../expectations/tensorflow.json', import.meta.url),
  'tensorflow-gpu': () => new URL('../../expectations/tensorflow.json', import.meta.url),
};

/** What tfjs-core itself gets wrong: gradients, optimizers and losses, which no backend can help. */
const everyBackend = (): URL => new URL('../../expectations/every-backend.json', import.meta.url);

/**
 * The known divergences of TensorFlow.js on a backend, in Node or in a page; on one that is not theirs, those that every backend
 * has. They hold for a repaired backend.
 */
export async function loadExpectations(backend: string): Promise<readonly Expectation[]> {
  const own = Object.hasOwn(files, backend) ? files[backend]?.() : undefined;
  const read = async (url: URL): Promise<readonly Expectation[]> => checkExpectationFile(await readJson(url), url.href).expectations;
  return [...(own === undefined ? [] : await read(own)), ...(await read(everyBackend()))];
}
