import type { ListedReport } from '../listed.js';
import { backends } from './backends.js';
import { causes } from './causes.js';
import { caseList } from './cases.js';
import { divergences } from './divergences.js';
import { element } from './element.js';
import { noFilter, type Filter } from './filter.js';
import { header } from './header.js';
import { matrix } from './matrix.js';
import { replaceContent } from './replace.js';
import { installStyle } from './style/index.js';
import { themeButton } from './theme.js';

const views = new WeakMap<HTMLElement, (report: ListedReport) => void>();

/**
 * Shows a report in an element, and a newer one in its place when called again: what the reader has chosen, filtered and opened
 * stays. A case has an address, `#` and its query, which shows it on every backend.
 */
export function showReport(root: HTMLElement, report: ListedReport): void {
  const show = views.get(root) ?? makeView(root);
  views.set(root, show);
  show(report);
}

function makeView(root: HTMLElement): (report: ListedReport) => void {
  installStyle();
  let report: ListedReport;
  let filter = fromAddress() ?? noFilter;
  const [top, kinds, known] = [element('header'), element('section'), element('section')];
  const [table, records] = [element('div', { class: 'scroll' }), element('div', { class: 'backends' })];
  const theme = themeButton();
  const list = caseList((next) => choose(next));

  let drawn: { readonly report: ListedReport; readonly filter: Filter } | undefined;
  /** What has changed: to count 100,000 results anew for each letter of a search takes too long. */
  const draw = (): void => {
    const isOther = (...keys: readonly (keyof Filter)[]): boolean =>
      drawn?.report !== report || keys.some((key) => drawn?.filter[key] !== filter[key]);
    if (isOther('status'))
      replaceContent(top, ...header(report, theme, filter.status, (status) => choose({ ...filter, status }, true)));
    if (isOther('subject', 'target'))
      replaceContent(
        table,
        matrix(report, filter, (place) => choose({ ...noFilter, ...place }, true)),
      );
    if (isOther('cause'))
      replaceContent(kinds, ...causes(report, filter.cause, (cause) => choose({ ...noFilter, cause }, true)));
    if (isOther()) {
      replaceContent(records, ...backends(report));
      replaceContent(known, ...divergences(report));
    }
    drawn = { report, filter };
    list.show(report, filter);
  };
  const choose = (next: Filter, isJump = false): void => {
    filter = next;
    if (next.text !== fromAddress()?.text) history.replaceState(null, '', location.pathname + location.search);
    draw();
    if (isJump) list.reveal();
  };

  root.classList.add('conformance');
  root.replaceChildren(
    top,
    explanation(),
    table,
    kinds,
    element('section', {}, element('h2', {}, 'Backends'), legend(), records),
    known,
    list.element,
  );
  globalThis.addEventListener('hashchange', () => choose(fromAddress() ?? filter, fromAddress() !== undefined));
  let isFirst = true;
  return (next) => {
    report = next;
    draw();
    if (isFirst && fromAddress() !== undefined) list.reveal();
    isFirst = false;
  };
}

function explanation(): HTMLElement {
  return element(
    'p',
    { class: 'meta' },
    'In each cell: the worst share of the allowed error that a case used (those that fail as expected aside), ',
    'and how many cases came out how. ',
    element('code', {}, 'tfjs'),
    ' is the backend alone.',
  );
}

function legend(): HTMLElement {
  return element(
    'p',
    { class: 'meta' },
    'How many cases used how much of the error that they are allowed: on the far left those with exactly the expected number, ',
    'on the far right those beyond the limit. Heights are logarithmic.',
  );
}

/** What the address asks for: a case. */
function fromAddress(): Filter | undefined {
  const text = location.hash.slice(1);
  try {
    return text === '' ? undefined : { ...noFilter, text: decodeURIComponent(text) };
  } catch {
    return undefined; // A lone per cent sign.
  }
}
