import { statuses } from '@tfjs-heads/conformance-kit/host';
import type { BackendRun } from '../format.js';
import type { ListedReport } from '../listed.js';
import { cellsOf, formatUsed, subjectsOf, type Cell } from '../summary.js';
import { element } from './element.js';
import { statusLabel, usedBar, usedNumber } from './status.js';

/** The cases of one subject on one backend. */
export interface Place {
  readonly subject: string;
  readonly target: string;
}

/** Subjects by backends. A cell is a button that chooses its cases. */
export function matrix(report: ListedReport, chosen: Place, choose: (place: Place) => void): HTMLElement {
  const { runs } = report;
  const subjects = subjectsOf(report);
  const columns = runs.map(({ target }) => element('th', { scope: 'col' }, ...breakable(target)));
  const bySubject = runs.map(cellsOf);
  const rows = subjects.map((subject, row) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, ...breakable(subject)),
      ...runs.flatMap((run, column) => {
        if (run.unavailable !== undefined) return row === 0 ? [unavailableCell(run, subjects.length)] : [];
        const place = { subject, target: run.target };
        const isChosen = chosen.subject === subject && chosen.target === run.target;
        return [element('td', {}, ...cellContent(bySubject[column]?.get(subject), place, isChosen, choose))];
      }),
    ),
  );
  return element(
    'table',
    { class: 'matrix', style: `--columns:${runs.length}`, 'aria-label': 'Subjects by backends' },
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'subject'), ...columns)),
    element('tbody', {}, ...rows),
  );
}

function cellContent(cell: Cell | undefined, place: Place, isChosen: boolean, choose: (place: Place) => void): Node[] {
  if (cell?.status === undefined) return [element('span', { class: 'none' }, 'no cases')];
  const { status, counts, worst } = cell;
  const present = statuses.filter((key) => counts[key] > 0).map((key) => `${counts[key]} ${key}`);
  const error = worst === undefined ? '' : `; worst ${formatUsed(worst)} of the allowed error`;
  const spoken = `${place.subject} on ${place.target}: ${present.join(', ')}${error}`;
  return [
    element(
      'button',
      {
        type: 'button',
        class: 'cell',
        'data-status': status,
        'data-key': `cell ${place.subject} ${place.target}`,
        'aria-pressed': String(isChosen),
        'aria-label': spoken,
        onclick: () => choose(place),
      },
      element('span', { class: 'line' }, statusLabel(status), ...(worst === undefined ? [] : [usedNumber(worst)])),
      ...(worst === undefined ? [] : [usedBar(worst)]),
      element('span', { class: 'tally' }, present.join(' · ')),
    ),
  ];
}

function unavailableCell({ unavailable = '' }: BackendRun, rows: number): HTMLElement {
  return element(
    'td',
    { class: 'unavailable', rowspan: rows },
    element('strong', {}, 'unavailable'),
    element('span', {}, unavailable),
  );
}

/** Where a long name may be broken: before a capital, after a colon or a hyphen. */
function breakable(name: string): Node[] {
  return name.split(/(?<=[a-z])(?=[A-Z])|(?<=[:-])/).flatMap((part) => [document.createTextNode(part), element('wbr')]);
}
