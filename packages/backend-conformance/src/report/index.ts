export { checkReport } from './check.js';
export { formatEngine } from './engines.js';
export { toHtml } from './html.js';
export { toJunit } from './junit.js';
export { joinReports, mergeReports } from './merge.js';
export { problemsOf } from './problems.js';
export { readReport } from './read.js';
export { terminalMatrix, type TerminalOptions } from './terminal.js';
export { tryReports, writeReports } from './write.js';
