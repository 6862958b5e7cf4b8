import type { ListedReport } from '../listed.js';
import { divergencesOf } from '../summary.js';
import { element, link } from './element.js';
import { countText } from './status.js';

/** The known divergences that were met: why, where upstream has them, and how many cases they cost. Nothing where there are none. */
export function divergences(report: ListedReport): HTMLElement[] {
  const items = divergencesOf(report).map(({ reason, upstream, counts }) =>
    element(
      'li',
      {},
      element('span', {}, reason),
      ' ',
      element(
        'span',
        { class: 'upstream' },
        upstream === null ? 'not reported upstream' : link(upstream, upstreamName(upstream)),
      ),
      element('span', { class: 'meta' }, [...counts].map(([target, count]) => `${count} on ${target}`).join(', ')),
    ),
  );
  if (items.length === 0) return [];
  const title = element('summary', {}, element('h2', {}, countText(items.length, 'known divergence')));
  return [element('details', { 'data-key': 'divergences' }, title, element('ul', { class: 'divergences' }, ...items))];
}

/** An issue by its number, a file by its name, anything else by its host. */
export function upstreamName(address: string): string {
  const { host, pathname } = new URL(address);
  const [, repository = '', kind, ...rest] = pathname.split('/').slice(1);
  const last = rest.at(-1);
  if (host !== 'github.com' || last === undefined) return host;
  return kind === 'issues' || kind === 'pull' ? `${repository} #${last}` : last;
}
