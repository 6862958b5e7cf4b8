import type { Status } from '@tfjs-heads/conformance-kit/host';
import { formatUsed } from '../summary.js';
import { element } from './element.js';

/** What stands for a status beside its colour. */
const signs: Readonly<Record<Status, string>> = { pass: '✓', fail: '✕', xfail: '≈', xpass: '!', skip: '–' };

/** What a status means, in words. */
export const meanings: Readonly<Record<Status, string>> = {
  pass: 'as it should be',
  fail: 'wrong',
  xfail: 'a known divergence',
  xpass: 'expected to fail, but passed: the expectation must go',
  skip: 'not run: the backend lacks what it needs',
};

/** Sign and word, in the colour of the status. */
export function statusLabel(status: Status, text: string = status): HTMLElement {
  return element(
    'span',
    { class: 'status', 'data-status': status },
    element('span', { class: 'sign', 'aria-hidden': 'true' }, signs[status]),
    text,
  );
}

/** A share of the allowed error as a bar. Linear: what is left of it is what is left of the allowed error. */
export function usedBar(used: number): HTMLElement {
  const width = !(used <= 1) ? 100 : used === 0 ? 0 : Math.max(used * 100, 1);
  return element('span', { class: 'bar', 'aria-hidden': 'true' }, element('span', { style: `width:${width}%` }));
}

export function usedNumber(used: number): HTMLElement {
  return element('span', { class: 'number', title: `${used} of the allowed error` }, formatUsed(used));
}

export function countText(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
