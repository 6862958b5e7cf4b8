import type { ListedRun } from '../listed.js';
import { histogramOf, PARTS } from '../shares.js';
import { svg } from './element.js';
import { countText } from './status.js';

const HEIGHT = 34;
const STEP = 9;

/**
 * How the used/allowed of one backend's cases are distributed: linear from left to right, so that a drift towards the limit
 * shows, while the height is the logarithm of the number of cases, so that a single one does. Known divergences are aside.
 */
export function distribution({ target, cases, leftOut }: ListedRun): SVGElement {
  const counts = histogramOf(cases).map((count, part) => count + (leftOut?.histogram[part] ?? 0));
  const total = counts.reduce((sum, count) => sum + count);
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
  const label = `${target}: used/allowed of ${countText(total, 'case')}`;
  return svg(
    'svg',
    { class: 'distribution', viewBox: `0 0 ${width} ${HEIGHT + 12}`, role: 'img', 'aria-label': label },
    svg('line', { x1: 0, x2: width, y1: HEIGHT, y2: HEIGHT, class: 'axis' }),
    svg('line', { x1: limit, x2: limit, y1: 0, y2: HEIGHT, class: 'limit' }),
    ...bars,
    ...[0, 5, 10, 15, 20].map((part) =>
      svg('text', { x: part * STEP + STEP + gap(1) - 1, y: HEIGHT + 10, class: 'tick' }, String(part / PARTS)),
    ),
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
