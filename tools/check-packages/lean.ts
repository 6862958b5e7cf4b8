import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../workspace.js';
import { install } from './install.js';
import type { Tarball } from './pack.js';

/** What nobody installs who only writes a test file. */
const TOO_MUCH = /^(vite|rolldown|playwright.*|commander|cli-.*|xmlbuilder2|tsx|esbuild)$/;

/** What the author of a test has installed beside the kit already, and what comes with that. */
const KIT = '@tfjs-heads/conformance-kit';

/**
 * Installs conformance-kit alone in an empty folder and says what should not have come with it. vitest, an optional peer, is
 * left out, since it brings vite along for its own use.
 */
export async function leanProblems(tarballs: readonly Tarball[], folder: string): Promise<readonly string[]> {
  await install(neededBy(KIT, tarballs), ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'], folder);
  const modules = join(folder, 'node_modules');
  const installed = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  const ours = installed.filter((name) => !name.startsWith('.') && !name.startsWith('@tensorflow/'));
  const size = ours.reduce(
    (total, name) =>
      total + filesUnder(join(modules, name)).reduce((sum, path) => sum + statSync(join(modules, name, path)).size, 0),
    0,
  );
  console.log(
    `check-packages: ${KIT} installs ${ours.length} packages, ${(size / 2 ** 20).toFixed(1)} MiB: ${ours.join(', ')}`,
  );
  return ours
    .filter((name) => TOO_MUCH.test(name))
    .map((name) => `${KIT} installs ${name}, which a test file needs not`);
}

/** A package of ours and those that it depends on. */
function neededBy(name: string, tarballs: readonly Tarball[]): readonly Tarball[] {
  const needed = new Set<Tarball>();
  const add = (wanted: string): void => {
    const tarball = tarballs.find((packed) => packed.name === wanted);
    if (tarball === undefined || needed.has(tarball)) return;
    needed.add(tarball);
    tarball.dependencies.forEach(add);
  };
  add(name);
  return [...needed];
}
