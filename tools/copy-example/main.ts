// Copies an example that is written as a stranger would, such as `custom-head`, into an empty folder, with our packages as tarballs,
// since the registry does not have them.
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pack } from '../check-packages/pack.js';
import { readJson, root, workspacePackages, type Manifest, type WorkspacePackage } from '../workspace.js';

// npm changes to the repository; INIT_CWD is where it was called from.
const [example = '', folder = '.'] = process.argv.slice(2);
const target = resolve(process.env['INIT_CWD'] ?? '.', folder);

if (readdirSync(target).length === 0) {
  cpSync(join(root, 'packages', 'examples', example), target, { recursive: true });
  const manifest = readJson<Manifest>(join(target, 'package.json'));
  const tarballs = join(target, 'tarballs');
  mkdirSync(tarballs);
  const packed = await pack(neededBy(manifest), tarballs);
  // All of them stand at the top, where npm finds what they need of each other, too.
  const ours = Object.fromEntries(packed.map(({ name, path }) => [name, `file:tarballs/${basename(path)}`]));
  const installable = { ...manifest, dependencies: { ...manifest.dependencies, ...ours } };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(installable, null, 2)}\n`);
  console.log(`${example}: ready in ${target}; its README says how to go on`);
} else {
  console.error(`${example}: ${target} is not empty. From an empty folder: npm --prefix ${root} run ${example}`);
  process.exitCode = 1;
}

/** Our packages that a program needs, and those that they need. */
function neededBy(program: Manifest): readonly WorkspacePackage[] {
  const workspace = workspacePackages();
  const names = new Set<string>();
  const add = ({ dependencies = {} }: Manifest): void => {
    for (const { manifest } of workspace.filter(({ manifest: { name } }) => name in dependencies && !names.has(name))) {
      names.add(manifest.name);
      add(manifest);
    }
  };
  add(program);
  return workspace.filter(({ manifest }) => names.has(manifest.name));
}
