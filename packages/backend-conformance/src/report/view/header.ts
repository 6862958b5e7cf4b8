import { isFailure, statuses, type Status } from '@tfjs-heads/conformance-kit/host';
import type { ListedReport } from '../listed.js';
import { countsOf, formatDuration } from '../summary.js';
import { element } from './element.js';
import { countText, meanings, statusLabel } from './status.js';

/**
 * The verdict in a sentence, when and with what it was reached, and a button for each status that filters by it; `aside` stands
 * beside the title.
 */
export function header(
  report: ListedReport,
  aside: Node,
  chosen: Status | '',
  choose: (status: Status | '') => void,
): Node[] {
  const { suite, created, milliseconds } = report;
  const tally = countsOf(report.runs);
  const filters = statuses
    .filter((status) => tally[status] > 0)
    .map((status) =>
      element(
        'button',
        {
          type: 'button',
          class: 'count',
          title: `${status}: ${meanings[status]}`,
          'data-key': `status ${status}`,
          'data-status': status,
          'aria-pressed': String(chosen === status),
          onclick: () => choose(chosen === status ? '' : status),
        },
        element('strong', {}, tally[status].toLocaleString('en')),
        statusLabel(status),
      ),
    );
  const begun = new Date(created).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  const date = element('time', { datetime: created }, begun, ' UTC');
  return [
    element('div', { class: 'title' }, element('h1', {}, 'Backend conformance'), aside),
    element('p', { class: 'verdict' }, verdict(report)),
    ...missing(report),
    element(
      'p',
      { class: 'meta' },
      `Suite ${suite} · `,
      date,
      ...[formatDuration(milliseconds), ...asides(report)].map((text) => ` · ${text}`),
    ),
    element('div', { class: 'counts', role: 'group', 'aria-label': 'Show the cases of one status' }, ...filters),
  ];
}

/** What there is to know, in a sentence. */
function verdict({ runs, problems }: ListedReport): string {
  const { pass, fail, xpass } = countsOf(runs);
  const bad = fail + xpass;
  if (bad + pass === 0) return 'Nothing has passed.';
  const ran = runs.filter(({ cases }) => cases.length > 0);
  if (bad === 0 && problems.length > 0)
    return `${countText(pass, 'case')} passed and none failed, but the report is incomplete.`;
  if (bad === 0) return `${countText(pass, 'case')} passed and none failed, on ${countText(ran.length, 'backend')}.`;
  const where = ran.filter(({ cases }) => cases.some(isFailure)).map(({ target }) => target);
  return `${bad.toLocaleString('en')} of ${countText(bad + pass, 'case')} failed, on ${where.join(', ')}.`;
}

/** What was asked for and is not there. */
function missing({ problems }: ListedReport): HTMLElement[] {
  if (problems.length === 0) return [];
  const title = element('summary', {}, countText(problems.length, 'thing'), ' that were asked for are missing');
  return [
    element(
      'details',
      { class: 'problems', open: true, 'data-key': 'problems' },
      title,
      element('ul', {}, ...problems.map((problem) => element('li', {}, problem))),
    ),
  ];
}

/** What the verdict is not about. */
function asides({ runs }: ListedReport): string[] {
  const { xfail, skip, unavailable } = countsOf(runs);
  return [
    ...(xfail === 0 ? [] : [`${xfail.toLocaleString('en')} failed as expected`]),
    ...(skip === 0 ? [] : [`${skip.toLocaleString('en')} skipped`]),
    ...(unavailable === 0 ? [] : [`${countText(unavailable, 'backend')} unavailable`]),
  ];
}
