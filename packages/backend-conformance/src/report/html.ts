import { viewBundle } from '#view-bundle';
import type { ConformanceReport } from '../result.js';
import { compact } from './compact.js';

/** A report as one page that needs nothing else: it works from a file, without a server and offline. */
export function toHtml(report: ConformanceReport): string {
  const data = JSON.stringify(compact(report)).replaceAll('<', String.raw`\u003c`); // or `</script>` would end it
  return `<!doctype html>
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
<script type="application/json" id="report">${data}</script>
<script type="module">${viewBundle}</script>
</body>
</html>
`;
}
