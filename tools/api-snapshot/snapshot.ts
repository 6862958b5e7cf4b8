import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../workspace.js';

/** The declarations that a package has been built to, in one text. */
export function publicTypes(packageFolder: string): string {
  const dist = join(packageFolder, 'dist');
  const sections = filesUnder(dist)
    .filter((path) => path.endsWith('.d.ts'))
    .map((path) => `// ---- ${path}\n\n${withoutSourceMap(readFileSync(join(dist, path), 'utf8'))}`);
  if (sections.length === 0) throw new Error(`${dist} has no declarations: build first.`);
  return sections.join('\n');
}

function withoutSourceMap(declarations: string): string {
  return `${declarations.replace(/^\/\/# sourceMappingURL=.*$/m, '').trim()}\n`;
}
