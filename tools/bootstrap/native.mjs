import { ensureNative } from '../native/ensure.mjs';
import { Problem } from '../native/problem.mjs';

/**
 * Makes the native backend loadable. Where that cannot be, everything else still works: the backend
 * is then reported as unavailable by whoever asks for it. Returns a few words on it.
 */
export async function prepareNative() {
  try {
    const { version, tensorflow } = await ensureNative({ log: (line) => console.log(`bootstrap: native: ${line}`) });
    return `tfjs-node ${version} with TensorFlow ${tensorflow}`;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.log(`bootstrap: native: ${error.message}`);
    return 'native TensorFlow unavailable';
  }
}
