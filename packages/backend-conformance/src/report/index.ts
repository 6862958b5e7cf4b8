export { checkReport } from './check.js';
export { toHtml } from './html.js';
export { toJunit } from './junit.js';
export { mergeReports } from './merge.js';
export { readReport } from './read.js';
export { terminalMatrix, type TerminalOptions } from './terminal.js';
export { writeReports } from './write.js';
