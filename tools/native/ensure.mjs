import { ensureAddon, findCompiler, findPackage, hasOwnAddon, isLinked, link } from './addon.mjs';
import { cacheFolder } from './cache.mjs';
import { FLAVOURS } from './flavours.mjs';
import { Problem } from './problem.mjs';
import { ensureTensorflow, tensorflowFolder } from './tensorflow.mjs';

/**
 * Makes the native backend loadable: TensorFlow's library and headers out of the wheel, the addon of
 * tfjs-node built against them. Does nothing where that is done already. Resolves to what there is
 * now; throws a `Problem` that names what is missing and how to get it.
 * @param {{ cuda?: boolean, log?: (line: string) => void, cache?: string }} options
 */
export async function ensureNative({ cuda = false, log = () => {}, cache = cacheFolder() } = {}) {
  const flavour = cuda ? FLAVOURS.cuda : FLAVOURS.cpu;
  const installed = findPackage(flavour);
  if (hasOwnAddon(installed)) return { ...installed, tensorflow: 'of its own installer', changed: false };
  const tensorflow = tensorflowFolder(flavour, cache);
  const result = { ...installed, tensorflow: `${flavour.wheel} ${flavour.version}` };
  if (isLinked(installed, tensorflow)) return { ...result, changed: false };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Problem(
      `TensorFlow is taken from a wheel for Linux on x86-64; this is ${process.platform} on ${process.arch}.`,
      `npm rebuild ${flavour.npmPackage} runs its own installer.`,
    );
  }
  const compiler = findCompiler(); // Before anything large is downloaded in vain.
  await ensureTensorflow(flavour, cache, log);
  await ensureAddon(installed, tensorflow, compiler, log);
  link(installed, tensorflow);
  return { ...result, changed: true };
}
