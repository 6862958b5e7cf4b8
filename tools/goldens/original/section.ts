import type { Count, Summary } from './summary.js';

const start = '<!-- Written by npm run goldens:original -->';
const end = '<!-- End of what npm run goldens:original writes -->';

/** The text of a README with the summary in its section "Checked against the original", which it must have. */
export function withSection(readme: string, summary: Summary): string {
  const [from, to] = [readme.indexOf(start), readme.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`The README has no lines "${start}" and "${end}".`);
  return `${readme.slice(0, from)}${start}\n\n${sectionOf(summary)}\n\n${readme.slice(to)}`;
}

function sectionOf({ versions, tolerance, heads, rules, known }: Summary): string {
  const names = Object.keys(heads).toSorted();
  const quantities = [...new Set(Object.values(heads).flatMap(Object.keys))];
  const total = Object.values(heads)
    .flatMap(Object.values)
    .reduce((sum, { compared }) => sum + compared, 0);
  return [
    `tensorflow-estimator ${versions['tensorflow-estimator']} on tensorflow-cpu ${versions['tensorflow-cpu']}, Python ${versions.python}:`,
    `${total} numbers, none more than ${tolerance.toExponential()} off, relative to the larger of the expected value and its scale.`,
    '',
    row(['numbers, largest difference', ...names]),
    row(['---', ...names.map(() => '---')]),
    ...quantities.map((quantity) => row([quantity, ...names.map((name) => cell(heads[name]?.[quantity]))])),
    '',
    `Trained by TensorFlow's own optimizer: ${listOf(rules, 'tensorflow')}. By the rule of tfjs written out, since TensorFlow's is another,`,
    `on the gradients that the original gives: ${listOf(rules, 'tfjs, written out')}.`,
    ...known.flatMap(({ pattern, reason, ...count }) => [
      '',
      `Known to differ: \`${pattern}\` (${cell(count)}). ${reason}`,
    ]),
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cell(count: Count | undefined): string {
  return count === undefined
    ? ''
    : `${count.compared}, ${count.largest === 0 ? 0 : Number(count.largest).toExponential(1)}`;
}

function listOf(rules: Summary['rules'], rule: string): string {
  return (
    Object.keys(rules)
      .filter((name) => rules[name] === rule)
      .join(', ') || 'none'
  );
}
