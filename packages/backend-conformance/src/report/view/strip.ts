import type { CaseResult } from '../../result.js';
import { sharesUsed } from '../summary.js';
import { svg } from './element.js';
import { countText } from './status.js';

/** Shares of the allowed error from 0 to 1, in so many parts; exactly 0 and more than 1 have a bar of their own. */
const PARTS = 20;
const HEIGHT = 34;
const STEP = 9;

/**
 * How the used/allowed of one backend's cases are distributed: linear from left to right, so that a drift towards the limit
 * shows, while the height is the logarithm of the number of cases, so that a single one does. Known divergences are aside.
 */
export function distribution(target: string, cases: readonly CaseResult[]): SVGElement {
  const used = sharesUsed(cases);
  const counts = Array.from({ length: PARTS + 2 }, () => 0);
  for (const share of used) {
    const part = share === 0 ? 0 : share <= 1 ? Math.ceil(share * PARTS) : PARTS + 1;
    counts[part] = (counts[part] ?? 0) + 1;
  }
  const most = Math.log1p(Math.max(...counts, 1));
  const bars = counts.map((count, part) => {
    const height = count === 0 ? 0 : Math.max(3, (Math.log1p(count) / most) * HEIGHT);
    const x = part * STEP + gap(part);
    const bar = svg('rect', { x, y: HEIGHT - height, width: STEP - 2, height, class: classOf(part) });
    bar.append(svg('title', {}, `${rangeOf(part)}: ${countText(count, 'case')}`));
    return bar;
  });
  const width = (PARTS + 2) * STEP + gap(PARTS + 1);
  const limit = (PARTS + 1) * STEP + gap(PARTS) + 2;
  const label = `${target}: used/allowed of ${countText(used.length, 'case')}`;
  return svg(
    'svg',
    { class: 'distribution', viewBox: `0 0 ${width} ${HEIGHT + 12}`, role: 'img', 'aria-label': label },
    svg('line', { x1: 0, x2: width, y1: HEIGHT, y2: HEIGHT, class: 'axis' }),
    svg('line', { x1: limit, x2: limit, y1: 0, y2: HEIGHT, class: 'limit' }),
    ...bars,
    ...[0, 5, 10, 15, 20].map((part) => svg('text', { x: part * STEP + STEP + gap(1) - 1, y: HEIGHT + 10, class: 'tick' }, String(part / PARTS))),
  );
}

/** Some room after exact results and before those beyond the limit. */
function gap(part: number): number {
  return part === 0 ? 0 : part <= PARTS ? 4 : 9;
}

function classOf(part: number): string {
  return part === 0 ? 'exact' : part <= PARTS ? 'within' : 'over';
}

function rangeOf(part: number): string {
  if (part === 0) return 'exactly as expected';
  return part <= PARTS ? `${(part - 1) / PARTS} to ${part / PARTS}` : 'more than allowed';
}
