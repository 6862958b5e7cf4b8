import { expect, inject, test } from 'vitest';
import { loadExpectations } from '../src/index.js';
import { runOps } from './run-ops.js';

test('every case about the backend passes, or fails as expected', async () => {
  const backend = inject('backend');
  const results = await runOps({ backend, repair: true, expectations: await loadExpectations(backend) });
  const bad = results.filter(({ status }) => status === 'fail' || status === 'xpass');
  expect(bad.map(({ query, status, message }) => `${status} ${query}: ${message}`)).toEqual([]);
  const closest = results.flatMap(({ query, status, closest: worst }) => (status === 'pass' && worst ? [{ query, used: Number(worst.used) }] : []));
  closest.sort((a, b) => b.used - a.used);
  const count = (status: string): string => `${results.filter((each) => each.status === status).length} ${status}`;
  const milliseconds = results.reduce((total, result) => total + result.milliseconds, 0);
  console.log(backend, ['pass', 'xfail', 'skip'].map(count).join(', '), `${Math.round(milliseconds)} ms`);
  console.log(closest.slice(0, 5).map(({ query, used }) => `${used.toFixed(3)} of what is allowed: ${query}`).join('\n'));
  expect(results.some(({ status }) => status === 'pass')).toBe(true);
}, 120_000);
