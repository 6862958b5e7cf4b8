import type { Families } from '@tfjs-heads/conformance-kit';
import type { Family } from '@tfjs-heads/conformance-kit/host';
import { element } from '../report/view/element.js';
import type { Offer } from './visitor-backends.js';
import { parseVisitorQuery } from './visitor-query.js';
import type { VisitorRequest } from './visitor-run.js';

/** What each family is about, for somebody who has never heard of it. */
const about: Readonly<Record<string, string>> = {
  op: 'single operations of the backend',
  golden: 'known inputs, known results',
  law: 'what holds for any head',
  parity: 'every output against plain JavaScript',
  training: 'whole training runs',
} satisfies Record<Family, string>;

/** The choices of a visitor. */
export interface VisitorForm {
  readonly element: HTMLElement;
  /** What is chosen; undefined where that is nothing. */
  request(): VisitorRequest | undefined;
  setRunning(isRunning: boolean): void;
  /** What is repaired stays so until the page is loaded again. */
  fixRepair(): void;
}

export function visitorForm(offered: readonly Offer[], families: Families, onChange: () => void): VisitorForm {
  const backends = offered.map(({ name, missing }) => check(name, missing ?? '', missing === undefined, name));
  const groups = Object.entries(families).map(([family, checks]) =>
    check(family, about[family] ?? Object.keys(checks).join(', '), true, family),
  );
  const repair = check('repair', 'or see TensorFlow.js as it ships', true, 'repair known defects first');
  const filter = element('input', {
    type: 'search',
    placeholder: '*:law:*  RegressionHead',
    spellcheck: 'false',
    'aria-label': 'Queries of the cases to run',
  });
  const fieldset = element(
    'fieldset',
    { class: 'choices' },
    group('Backends', ...backends.map(({ label }) => label)),
    group('Families', ...groups.map(({ label }) => label)),
    group('Only the cases', filter),
    group('Repairs', repair.label),
  );
  for (const [i, { missing }] of offered.entries())
    if (missing !== undefined) backends[i]?.input.setAttribute('disabled', '');
  fieldset.addEventListener('input', onChange);
  return {
    element: fieldset,
    request() {
      const chosen = (checks: readonly Check[]): string[] =>
        checks.filter(({ input }) => input.checked).map(({ input }) => input.value);
      const filters = parseVisitorQuery(filter.value, chosen(groups), Object.keys(families));
      const names = chosen(backends);
      return filters === undefined || names.length === 0
        ? undefined
        : { backends: names, filters, repair: repair.input.checked };
    },
    setRunning(isRunning) {
      fieldset.disabled = isRunning;
    },
    fixRepair() {
      repair.input.disabled = true;
      const note = repair.label.querySelector('small');
      if (note !== null) note.textContent = 'they are made now; load the page again to run without';
    },
  };
}

interface Check {
  readonly input: HTMLInputElement;
  readonly label: HTMLElement;
}

function check(value: string, note: string, checked: boolean, text: string): Check {
  const input = element('input', { type: 'checkbox', value, checked });
  return {
    input,
    label: element('label', {}, input, element('span', {}, text, ...(note === '' ? [] : [element('small', {}, note)]))),
  };
}

function group(title: string, ...content: Node[]): HTMLElement {
  return element('div', { role: 'group', 'aria-label': title }, element('h2', {}, title), ...content);
}
