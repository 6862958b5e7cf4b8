import { causesOf, whereOf } from '../causes.js';
import type { ListedReport } from '../listed.js';
import { element } from './element.js';
import { countText, statusLabel } from './status.js';

/** So many kinds of failures are shown. */
const SHOWN = 20;

/** Failures by their causes, those with most cases first: each is a button that chooses its cases. Nothing where there is no kind with several. */
export function causes({ runs }: ListedReport, chosen: string, choose: (cause: string) => void): HTMLElement[] {
  const found = causesOf(runs);
  if (found.every(({ count }) => count === 1)) return [];
  const items = found.slice(0, SHOWN).map((cause) => {
    const { key, first, count, subjects } = cause;
    const { message = 'no message', states, status } = first.result;
    const button = element(
      'button',
      {
        type: 'button',
        class: 'cause',
        'data-key': `cause ${key}`,
        'aria-pressed': String(chosen === key),
        onclick: () => choose(chosen === key ? '' : key),
      },
      countText(count, 'case'),
    );
    const where = `${whereOf(cause)}; ${countText(subjects.size, 'subject')}`;
    return element(
      'li',
      {},
      element('div', { class: 'line' }, statusLabel(status), button, element('span', { class: 'meta' }, where)),
      element('p', { class: 'message' }, message),
      ...(states === undefined ? [] : [element('p', { class: 'states' }, `Demanded: ${states}`)]),
    );
  });
  const more =
    found.length > SHOWN
      ? [element('p', { class: 'meta' }, `and ${countText(found.length - SHOWN, 'other kind')}`)]
      : [];
  const title = element('summary', {}, element('h2', {}, countText(found.length, 'kind'), ' of failures'));
  return [
    element(
      'details',
      { 'data-key': 'causes', open: true },
      title,
      element('ul', { class: 'causes' }, ...items),
      ...more,
    ),
  ];
}
