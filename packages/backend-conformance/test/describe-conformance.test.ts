import { RegressionHead } from '@tfjs-heads/head-regression';
import { expect, inject, it } from 'vitest';
import { describeConformance } from '@tfjs-heads/conformance-kit/vitest';

describeConformance((options) => new RegressionHead(options), {
  metrics: ['average_loss', 'prediction/mean', 'label/mean'],
  filter: '*:law:mean-is-sum-over-size',
});

it('took the current backend, the class as name, and left the results in the tasks', ({ task }) => {
  const suite = task.file.tasks.find(({ type }) => type === 'suite');
  const tasks = suite?.type === 'suite' ? suite.tasks : [];
  expect(suite?.name).toBe('RegressionHead');
  expect(tasks.map(({ name }) => name)).toEqual(
    [1, 33].map((rows) => `RegressionHead:law:mean-is-sum-over-size:rows=${rows}`),
  );
  for (const { name, meta } of tasks) {
    expect(meta.conformance).toMatchObject({ query: name, status: 'pass', backend: inject('backend') });
    expect(meta.conformance?.closest?.used).toBeLessThanOrEqual(1);
  }
});
