import type { ConformanceReport } from './format.js';

/** A report as JSON, in pieces: a line for each result. As one text, a million of them are longer than a text may be. */
export function* toJson({ runs, ...report }: ConformanceReport): Generator<string> {
  const outline = Object.entries(report).map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  yield `{\n${outline.join('')} "runs": [`;
  for (const [i, { cases, ...run }] of runs.entries()) {
    yield `${i === 0 ? '' : ','}\n  ${JSON.stringify(run).slice(0, -1)},"cases":[`;
    for (const [j, result] of cases.entries()) yield `${j === 0 ? '' : ','}\n   ${JSON.stringify(result)}`;
    yield ']}';
  }
  yield '\n ]\n}\n';
}
