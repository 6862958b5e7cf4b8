import type { BackendRun } from '../format.js';
import type { ListedReport, ListedRun } from '../listed.js';
import { medianOf } from '../shares.js';
import { cellsOf, formatDuration, formatPlace, formatUnit, formatUsed, resultsOf } from '../summary.js';
import { element, link } from './element.js';
import { countText } from './status.js';
import { distribution } from './strip.js';

/** How close each backend came to what is allowed, what it is and what was repaired; or why there is none. */
export function backends({ runs }: ListedReport): HTMLElement[] {
  return runs.map((run) => {
    const content = run.unavailable === undefined ? about(run) : [reason(run.unavailable)];
    return element('section', { class: 'backend' }, element('h3', {}, run.target), ...content);
  });
}

function reason(text: string): HTMLElement {
  return element('p', { class: 'reason' }, element('strong', {}, 'unavailable: '), text);
}

function about(run: ListedRun): HTMLElement[] {
  const { target, engine, record, cases, leftOut, milliseconds } = run;
  const shares = [...cellsOf(run).values()].flatMap(({ worst }) => worst ?? []);
  const worst = shares.length === 0 ? undefined : Math.max(...shares);
  const middle = leftOut === undefined ? medianOf(cases) : leftOut.median;
  const figures =
    worst === undefined || middle === undefined
      ? 'no numbers compared'
      : `${formatUsed(worst)} (median ${formatUsed(middle)})`;
  const facts: [string, Node | string][] = [['worst used', figures]];
  if (record !== undefined) {
    facts.push(['unit', unitText(record.unit)]);
    facts.push(['runs on', element('span', { title: record.runsOn }, formatPlace(record.runsOn, engine))]);
    facts.push([
      'versions',
      Object.entries(record.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ]);
  }
  facts.push(['time', `${formatDuration(milliseconds)} for ${countText(resultsOf(run), 'case')}`]);
  const list = facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)));
  const box = element('div', { class: 'figure' });
  box.append(distribution(run));
  return [box, element('dl', {}, ...list), ...repairs(target, record)];
}

/** A power of two with its exponent set high. */
function unitText(unit: number): Node | string {
  const [base = '', exponent] = formatUnit(unit).split('^');
  return exponent === undefined ? base : element('span', {}, base, element('sup', {}, exponent.replace('-', '−')));
}

function repairs(target: string, record: BackendRun['record']): HTMLElement[] {
  if (record === undefined) return [];
  const applied = record.repairs.filter(({ outcome }) => outcome !== 'not needed');
  if (applied.length === 0) return [element('p', { class: 'reason' }, 'no repairs applied')];
  const items = applied.map(({ repair, outcome, issue, detail }) =>
    element(
      'li',
      {},
      element('code', {}, repair),
      outcome === 'applied' ? '' : ` (${outcome})`,
      `: ${detail}`,
      ...(issue === undefined ? [] : [' (', link(issue, `#${issue.split('/').at(-1)}`), ')']),
    ),
  );
  const summary = element('summary', {}, countText(applied.length, 'repair'));
  return [element('details', { 'data-key': `repairs ${target}` }, summary, element('ul', {}, ...items))];
}
