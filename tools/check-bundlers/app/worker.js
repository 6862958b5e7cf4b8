// A worker, of whatever kind it was made.
import { program } from './program.js';

globalThis.addEventListener('message', async ({ data }) => {
  const failed = (error) => ({ lines: [String(error)], reasons: {}, repairs: {} });
  globalThis.postMessage(await program(data).catch(failed), []);
});
