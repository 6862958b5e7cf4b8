// The script of a report's page: shows the data that the page holds.
import { expand, type CompactReport } from '../compact.js';
import { showReport } from './index.js';

const data = JSON.parse(document.querySelector('#report')?.textContent ?? '') as CompactReport;
showReport(document.querySelector<HTMLElement>('#view') as HTMLElement, expand(data));
