import { join } from 'node:path';
import { execa } from 'execa';
import { root, type WorkspacePackage } from '../workspace.js';

/** A package as it would be published. */
export interface Tarball {
  readonly name: string;
  readonly path: string;
  /** The package's own folder. */
  readonly folder: string;
  /** What its package.json promises: files and folders. */
  readonly promised: readonly string[];
  /** The names of the packages that it depends on. */
  readonly dependencies: readonly string[];
  /** What is in it. */
  readonly files: readonly string[];
}

/** The part that is read of what `npm pack --json` says. */
interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs packages into a folder. */
export async function pack(packages: readonly WorkspacePackage[], folder: string): Promise<readonly Tarball[]> {
  const workspaces = packages.map(({ manifest }) => `--workspace=${manifest.name}`);
  const args = ['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`, ...workspaces];
  const { stdout } = await execa('npm', args, { cwd: root });
  return (JSON.parse(stdout) as readonly Packed[]).map(({ name, filename, files }) => {
    const packed = packages.find(({ manifest }) => manifest.name === name);
    if (packed === undefined) throw new Error(`npm packed ${name}, for which it was not asked.`);
    return {
      name,
      path: join(folder, filename),
      folder: packed.folder,
      promised: packed.manifest.files ?? [],
      dependencies: Object.keys(packed.manifest.dependencies ?? {}),
      files: files.map(({ path }) => path),
    };
  });
}
