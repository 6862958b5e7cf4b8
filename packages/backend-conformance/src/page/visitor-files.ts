import { parseJson, reasonOf } from '@tfjs-heads/conformance-kit/host';
import type { ConformanceReport } from '../report/format.js';
import { checkReport } from '../report/check.js';
import { toHtml } from '../report/html.js';
import { element } from '../report/view/element.js';

/** Hands a report to the visitor as a file: as JSON, which `backend-conformance merge` takes, or as a page to pass on. */
export function save(report: ConformanceReport, form: 'json' | 'html'): void {
  const [text, type] = form === 'json' ? [JSON.stringify(report), 'application/json'] : [toHtml(report), 'text/html'];
  const address = URL.createObjectURL(new Blob([text], { type }));
  const name = `conformance-${report.created.slice(0, 19).replaceAll(/[:T]/g, '-')}.${form}`;
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A button that asks for a saved report. */
export function openButton(
  onReport: (report: ConformanceReport) => void,
  onError: (reason: string) => void,
): HTMLElement {
  const load = async (file: File): Promise<void> => {
    try {
      onReport(checkReport(parseJson(new Uint8Array(await file.arrayBuffer()), file.name), file.name));
    } catch (error) {
      onError(reasonOf(error));
    }
  };
  const input = element('input', { type: 'file', accept: '.json,application/json', hidden: true });
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file !== undefined) void load(file);
    input.value = '';
  });
  return element('span', {}, input, element('button', { type: 'button', onclick: () => input.click() }, 'Open JSON…'));
}
