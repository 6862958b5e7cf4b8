import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { looseObject, optional, safeParse, string } from 'valibot';
import { attempt } from '@tfjs-heads/conformance-kit/host';

const manifest = looseObject({ name: optional(string()), version: optional(string(), '') });

/** Name and version of the package that a file is of: `my-heads 1.2.0`. Null where there is none. */
export function projectOf(file: string): string | null {
  for (let [folder, below] = [dirname(file), file]; folder !== below; [folder, below] = [dirname(folder), folder]) {
    const read = attempt((): unknown => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const { success, output } = safeParse(manifest, read);
    if (success && output.name !== undefined) return `${output.name} ${output.version}`.trim().slice(0, 1000);
  }
  return null;
}
