import { expect, it } from 'vitest';
import { linkProblems, linksOf } from './links.js';

const files = {
  'README.md':
    '# Top\n\n[a](api.d.ts) [b](docs) [c](#top) [d](docs/more.md#a-heading-of-it) [e](https://example.com/x)\n',
  'api.d.ts': '',
  'docs/more.md': '## A heading, of *it*\n[up](../README.md)\n',
};

function problemsOf(extra: Readonly<Record<string, string>>): readonly string[] {
  const contents: Readonly<Record<string, string>> = { ...files, ...extra };
  return linkProblems(Object.keys(contents), (path) => contents[path] as string);
}

it('follows links to packed files, folders, headings and other hosts', () => {
  expect(problemsOf({})).toEqual([]);
});

it.each(['../head-kit', 'test/own-head.ts', '#nowhere', 'docs/more.md#nowhere', '/LICENSE'])(
  'refuses a link to %s',
  (link) => {
    expect(problemsOf({ 'OTHER.md': `[it](${link})` })).toEqual([
      `OTHER.md links to ${link}, which is not in the tarball`,
    ]);
  },
);

it('finds links of every form, and none in code', () => {
  const markdown =
    '![i](a.png "title")\n[r]: b.md\n<a href="c.md">\n`[no](d.md)`\n\n    [no](e.md)\n\n```md\n[no](f.md)\n```\n[`code`](g.md)\n';
  expect(linksOf(markdown).toSorted()).toEqual(['a.png', 'b.md', 'c.md', 'g.md']);
});
