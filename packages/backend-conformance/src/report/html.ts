import { viewBundle } from '#view-bundle';
import type { ConformanceReport } from './format.js';
import { compact } from './compact.js';
import { listed } from './listed.js';

/**
 * A report as one page that needs nothing else: it works from a file, without a server and offline. Of more than
 * 100,000 results it lists the worst, and counts the others.
 */
export function toHtml(report: ConformanceReport): string {
  return [...htmlPieces(report)].join('');
}

/** The same in pieces. */
export function* htmlPieces(report: ConformanceReport): Generator<string> {
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Backend conformance</title>
</head>
<body>
<main id="view"><noscript>This page needs JavaScript to show the report that it holds.</noscript></main>
<script type="application/json" id="report">`;
  yield JSON.stringify(compact(listed(report))).replaceAll('<', String.raw`\u003c`); // or `</script>` would end it
  yield `</script>
<script type="module">${viewBundle}</script>
</body>
</html>
`;
}
