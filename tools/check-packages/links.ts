import { posix } from 'node:path';

/**
 * Says where a packed README or changelog links to what is not in the tarball, or to a heading that is not there: what a
 * reader of the registry sees has no repository around it. `read` gives the text of a packed file.
 */
export function linkProblems(files: readonly string[], read: (path: string) => string): readonly string[] {
  return files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => linksOf(read(path)).map((link) => [path, link] as const))
    .filter(([path, link]) => !leadsSomewhere(link, path, files, read))
    .map(([path, link]) => `${path} links to ${link}, which is not in the tarball`);
}

function leadsSomewhere(link: string, from: string, files: readonly string[], read: (path: string) => string): boolean {
  if (/^(https?|mailto):/.test(link)) return true;
  const [file = '', heading] = link.split('#');
  const path = file === '' ? from : posix.normalize(posix.join(posix.dirname(from), file)).replace(/\/$/, '');
  const isThere = files.some((packed) => packed === path || packed.startsWith(`${path}/`));
  return isThere && (heading === undefined || !path.endsWith('.md') || headingsOf(read(path)).includes(heading));
}

/** The targets of links, inline and by reference, and of HTML's. Code has none. */
export function linksOf(markdown: string): readonly string[] {
  const text = withoutCode(markdown).replaceAll(/`[^`\n]*`/g, '');
  const inline = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
  const reference = /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/gm;
  const html = /<(?:a|img)\s[^>]*(?:href|src)="([^"]+)"/g;
  return [inline, reference, html].flatMap((form) => Array.from(text.matchAll(form), ([, link]) => link as string));
}

/** The names that GitHub gives to headings. */
function headingsOf(markdown: string): readonly string[] {
  const seen = new Map<string, number>();
  return Array.from(withoutCode(markdown).matchAll(/^#{1,6}\s+(.*)$/gm), ([, heading]) => {
    const name = (heading as string)
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}-${count}`;
  });
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^(```|~~~)[^\n]*\n[\s\S]*?^\1/gm, '').replaceAll(/^(?: {4}|\t).*$/gm, '');
}
