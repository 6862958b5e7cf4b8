import { parseQueries } from '@tfjs-heads/conformance-kit/host';
import type { ConformanceReport } from '../report/format.js';
import { type Suite, suiteOf } from '@tfjs-heads/conformance-kit';
import type { ModuleContent } from '../modules.js';
import { element } from '../report/view/element.js';
import { showReport } from '../report/view/index.js';
import { countText } from '../report/view/status.js';
import { installStyle } from '../report/view/style/index.js';
import { themeButton } from '../report/view/theme.js';
import { offers, type Offer } from './visitor-backends.js';
import { openButton, save } from './visitor-files.js';
import { visitorForm } from './visitor-form.js';
import { runHere, type VisitorRequest } from './visitor-run.js';
import { visitorStyle } from './visitor-style.js';

/** How often the report is drawn anew while it grows. */
const DRAW_EVERY = 400;

const lead =
  'Does this browser compute what it should? The cases run here, in this page, on each backend of TensorFlow.js that you choose; ' +
  'nothing is sent anywhere.';

/** A page on which whoever opens it runs the suite in the browser that they have, and sees, saves or opens a report. */
export function showVisitorPage(root: HTMLElement, { subjects, families }: ModuleContent): void {
  installStyle();
  document.head.append(element('style', {}, visitorStyle));
  root.classList.add('conformance');
  const place = element('div');
  root.append(
    element('div', { class: 'title' }, element('h1', {}, 'Backend conformance'), themeButton()),
    element('p', { class: 'lead' }, lead),
    place,
  );
  Promise.all([offers(), suiteOf(subjects, { families })])
    .then(([offered, suite]) => place.replaceWith(...workbench(offered, suite)))
    .catch((error: unknown) => place.append(`The cases cannot be listed: ${String(error)}`));
}

function workbench(offered: readonly Offer[], suite: Suite): HTMLElement[] {
  let latest: ConformanceReport | undefined;
  let running: AbortController | undefined;
  let count = 0;
  const view = element('div');
  const form = visitorForm(offered, suite.checks, () => announce());
  const runButton = element('button', { type: 'button', class: 'run', onclick: () => toggle() }, 'Run');
  const saveButtons = (['json', 'html'] as const).map((kind) =>
    element('button', { type: 'button', onclick: () => latest && save(latest, kind) }, `Save ${kind.toUpperCase()}`),
  );
  const progress = element('progress', { hidden: true, 'aria-label': 'Cases done' });
  const note = element('span', { role: 'status' });

  const show = (report: ConformanceReport): void => {
    latest = report;
    showReport(view, report);
    draw();
  };
  const say = (text: string, isError = false): void => {
    note.textContent = text;
    note.className = isError ? 'error' : '';
  };
  const draw = (): void => {
    runButton.textContent = running === undefined ? 'Run' : 'Stop';
    runButton.disabled = running === undefined ? count === 0 : running.signal.aborted;
    for (const button of saveButtons) button.disabled = latest === undefined || running !== undefined;
    open.hidden = running !== undefined;
    progress.hidden = running === undefined;
    form.setRunning(running !== undefined);
  };
  /** Says what a run would be. */
  const announce = (): void => {
    const request = form.request();
    count = request === undefined ? 0 : suite.cases.filter(parseQueries(request.filters)).length;
    say(
      count === 0
        ? 'Nothing is chosen.'
        : `${countText(count, 'case')} on ${countText(request?.backends.length ?? 0, 'backend')}`,
    );
    draw();
  };
  const open = openButton(show, (reason) => say(reason, true));

  const run = async (request: VisitorRequest, { signal }: AbortController): Promise<void> => {
    let drawn = -Infinity;
    let last: ConformanceReport | undefined;
    for await (const { report, backend, done, total } of runHere(suite, request, signal)) {
      last = report;
      if (performance.now() - drawn < DRAW_EVERY) continue;
      progress.max = request.backends.length;
      progress.value = request.backends.indexOf(backend) + (total === 0 ? 0 : done / total);
      say(`${backend}: ${done} of ${total}`);
      show(report);
      drawn = performance.now();
      await breath();
    }
    if (last !== undefined) show(last);
    say(signal.aborted ? 'Stopped.' : 'Done.');
  };
  const toggle = (): void => {
    const request = form.request();
    if (running !== undefined) {
      running.abort();
      say('Stopping after this case…');
    } else if (request !== undefined) {
      running = new AbortController();
      say('Starting…');
      if (request.repair) form.fixRepair();
      run(request, running)
        .catch((error: unknown) => say(String(error), true))
        .finally(() => {
          running = undefined;
          draw();
        });
    }
    draw();
  };
  announce();
  return [form.element, element('div', { class: 'actions' }, runButton, ...saveButtons, open, progress, note), view];
}

/** Lets the page paint and answer: backends may compute on its own thread. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}
