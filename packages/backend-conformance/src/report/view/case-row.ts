import { type CaseResult, placeText, printableLine } from '@tfjs-heads/conformance-kit/host';
import { usedOf } from '../shares.js';
import { formatDuration } from '../summary.js';
import { upstreamName } from './divergences.js';
import { element, link } from './element.js';
import type { Row } from './filter.js';
import { statusLabel, usedBar, usedNumber } from './status.js';

/** One case on one backend. Roles are named, since a narrow page lays the table out as cards. */
export function caseRow({ target, result }: Row): HTMLTableRowElement {
  const { query, status, milliseconds } = result;
  const used = usedOf(result);
  const cell = (name: string, ...content: (Node | string)[]): HTMLElement =>
    element('td', { role: 'cell', class: name }, ...content);
  return element(
    'tr',
    { role: 'row', 'data-status': status },
    cell('c-status', statusLabel(status)),
    element('th', { role: 'rowheader', scope: 'row', class: 'c-case' }, queryLink(query), ...remarks(result)),
    cell('c-backend', target),
    cell('c-used', ...(used === undefined ? [] : [usedNumber(used), usedBar(used)])),
    cell('c-closest', ...closest(result)),
    cell('c-time', formatDuration(milliseconds)),
  );
}

/** The address of a case on all backends. */
function queryLink(query: string): HTMLElement {
  const parts = printableLine(query)
    .split(/(?<=[:,])/)
    .flatMap((part) => [document.createTextNode(part), element('wbr')]);
  return element('a', { href: `#${encodeURIComponent(query)}`, title: 'This case on every backend' }, ...parts);
}

function remarks(result: CaseResult): HTMLElement[] {
  const { message, place, states, expected } = result;
  const known =
    expected && element('p', { class: 'known' }, `Known: ${expected.reason} `, ...upstream(expected.upstream));
  return [
    ...(message === undefined ? [] : [element('p', { class: 'message' }, message)]),
    ...(place === undefined ? [] : [element('p', { class: 'place' }, `at ${placeText(place)}`)]),
    ...(states === undefined ? [] : [element('p', { class: 'states' }, `Demanded: ${states}`)]),
    ...(known ? [known] : []),
  ];
}

function upstream(address: string | null): Node[] {
  return address === null ? [] : [link(address, upstreamName(address))];
}

/** The numbers one above the other, so that the first digit that differs shows. */
function closest({ closest: found }: CaseResult): Node[] {
  if (found === undefined) return [];
  const { what, index, actual, expected } = found;
  return [
    element(
      'div',
      {},
      element('span', { class: 'what' }, `${what}[${index}]`),
      number('got', digits(actual), digits(expected)),
      number('expected', digits(expected), digits(actual)),
    ),
  ];
}

/** From the first character that differs from the other number, it is bold. */
function number(label: string, text: string, other: string): HTMLElement {
  const from = [...text].findIndex((character, i) => character !== other[i]);
  const end = from === -1 ? text.length : from;
  const marked = element('span', {}, text.slice(0, end), element('b', {}, text.slice(end)));
  return element('span', { class: 'value' }, marked, element('small', {}, ` ${label}`));
}

/** As many digits as tell any two floats of 32 bits apart. */
function digits(value: number | string): string {
  return typeof value === 'number' && (!Number.isInteger(value) || Math.abs(value) >= 1e9)
    ? value.toPrecision(9)
    : String(value);
}
