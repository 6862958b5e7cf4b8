// A service worker must import what it needs at once.
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
// oxlint-disable-next-line import/no-unassigned-import -- for what it registers
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { program } from './program.js';

globalThis.addEventListener('message', async ({ data, ports: [port] }) => {
  const failed = (error) => ({ lines: [String(error)], reasons: {}, repairs: {} });
  port.postMessage(await program(data).catch(failed));
});
