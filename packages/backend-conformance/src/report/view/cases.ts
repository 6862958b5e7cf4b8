import { ownFamilies, statuses } from '@tfjs-heads/conformance-kit/host';
import type { ListedReport } from '../listed.js';
import { subjectsOf, resultsOf } from '../summary.js';
import { caseRow } from './case-row.js';
import { element } from './element.js';
import { noFilter, shownRows, type Filter, type Order } from './filter.js';
import { replaceContent } from './replace.js';

/** More at once only on demand, and then not so many that the page hangs. */
const [FIRST, MORE] = [100, 1000];

const columns: readonly (readonly [label: string, by: Order['by'] | undefined])[] = [
  ['status', 'status'],
  ['case', 'case'],
  ['backend', 'backend'],
  ['used/allowed', 'used'],
  ['closest to the limit', undefined],
  ['time', 'time'],
];

/** The list of cases with its filters. */
export interface CaseList {
  readonly element: HTMLElement;
  show(report: ListedReport, filter: Filter): void;
  /** Brings it into view, for the keyboard too. */
  reveal(): void;
}

/** @param onFilter Is told what the reader asks for; it is to call `show`. */
export function caseList(onFilter: (filter: Filter) => void): CaseList {
  let filter = noFilter;
  let report: ListedReport | undefined;
  let order: Order = { by: 'status', descending: false };
  let limit = FIRST;
  let subjects: readonly string[] = [];
  let listedFamilies: readonly string[] = ownFamilies;
  const change = (part: Partial<Filter>): void => onFilter({ ...filter, ...part });

  const text = element('input', {
    type: 'search',
    placeholder: '*:law:*  RegressionHead:golden  rows=33',
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-label': 'Query, or part of a name or message',
    oninput: () => change({ text: text.value }),
  });
  const choice = (name: Exclude<keyof Filter, 'text' | 'cause'>, label: string): HTMLSelectElement => {
    const select = element('select', { 'aria-label': label, onchange: () => change({ [name]: select.value }) });
    return select;
  };
  const choices = {
    subject: choice('subject', 'Subject'),
    target: choice('target', 'Backend'),
    family: choice('family', 'Family'),
    status: choice('status', 'Status'),
  };
  const clear = element('button', { type: 'button', onclick: () => change(noFilter) }, 'Clear');
  const title = element('h2', { tabindex: -1 }, 'Cases');
  const onsubmit = (event: Event): void => event.preventDefault();
  const form = element('form', { class: 'filters', role: 'search', onsubmit }, text, ...Object.values(choices), clear);
  const table = element('div', { class: 'scroll' });
  const more = element('button', { type: 'button', class: 'more', onclick: () => ((limit += MORE), draw()) });

  const draw = (): void => {
    if (report === undefined) return;
    const rows = shownRows(report, filter, order);
    const total = report.runs.reduce((sum, run) => sum + resultsOf(run), 0);
    const left = report.runs.reduce((sum, { leftOut }) => sum + (leftOut?.count ?? 0), 0);
    const note =
      left === 0
        ? ''
        : ` (${left.toLocaleString('en')} are counted above and not listed here, the best of all; results.json has them)`;
    const caption = `${rows.length.toLocaleString('en')} of ${total.toLocaleString('en')} results${note}`;
    replaceContent(
      table,
      caseTable(rows.slice(0, limit).map(caseRow), caption, order, (next) => ((order = next), draw())),
    );
    more.hidden = rows.length <= limit;
    const next = Math.min(MORE, rows.length - limit);
    more.textContent = `Show ${next === rows.length - limit ? 'the other' : 'another'} ${next.toLocaleString('en')}`;
  };

  return {
    element: element('section', { class: 'cases' }, title, form, table, more),
    show(next, wanted) {
      if (wanted !== filter) limit = FIRST;
      if (next !== report) [subjects, listedFamilies] = [subjectsOf(next), familiesIn(next)];
      [report, filter] = [next, wanted];
      const options = {
        subject: subjects,
        target: next.runs.map(({ target }) => target),
        family: listedFamilies,
        status: statuses,
      };
      for (const [name, select] of Object.entries(choices))
        offer(select, name, options[name as keyof typeof options], filter[name as keyof Filter]);
      if (text.value !== filter.text) text.value = filter.text;
      clear.hidden = Object.values(filter).every((value) => value === '');
      draw();
    },
    reveal() {
      title.focus({ preventScroll: true });
      title.scrollIntoView({
        block: 'start',
        behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
      });
    },
  };
}

function offer(select: HTMLSelectElement, name: string, values: readonly string[], chosen: string): void {
  const any =
    { subject: 'all subjects', target: 'all backends', family: 'all families', status: 'any status' }[name] ?? '';
  if (select.options.length !== values.length + 1) {
    select.replaceChildren(
      element('option', { value: '' }, any),
      ...values.map((value) => element('option', { value }, value)),
    );
  }
  select.value = chosen;
}

function caseTable(
  rows: readonly HTMLElement[],
  caption: string,
  order: Order,
  sort: (order: Order) => void,
): HTMLElement {
  const headings = columns.map(([label, by]) => {
    if (by === undefined) return element('th', { scope: 'col', role: 'columnheader' }, label);
    const isSorted = order.by === by;
    const next = { by, descending: isSorted ? !order.descending : by === 'used' || by === 'time' };
    const button = element('button', { type: 'button', 'data-key': `sort ${by}`, onclick: () => sort(next) }, label);
    const sorted = isSorted ? (order.descending ? 'descending' : 'ascending') : 'none';
    return element('th', { scope: 'col', role: 'columnheader', 'aria-sort': sorted }, button);
  });
  return element(
    'table',
    { role: 'table' },
    element('caption', {}, caption),
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headings)),
    element('tbody', { role: 'rowgroup' }, ...rows),
  );
}

/** The suite's own first, then those of other packages. */
function familiesIn({ runs }: ListedReport): readonly string[] {
  return [...new Set([...ownFamilies, ...runs.flatMap(({ cases }) => cases.map(({ family }) => family))])];
}
