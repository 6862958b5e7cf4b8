import { RegressionHead } from '@tfjs-heads/head-regression';
import { expect, inject, it } from 'vitest';
import { check } from '@tfjs-heads/conformance-kit';
import { describeConformance } from '@tfjs-heads/conformance-kit/vitest';

describeConformance((options) => new RegressionHead(options), {
  metrics: ['average_loss', 'prediction/mean', 'label/mean'],
  filter: ['*:law:mean-is-sum-over-size', '*:names'],
  families: {
    names: {
      given: check({
        states: 'A head has the name that it is given.',
        cases: () => [{ name: 'a' }],
        run: ({ subject, judge }, { name }) => judge.equal('the name', subject.create({ name }).name, name),
      }),
    },
  },
});

it('took the current backend, the class as name, and left the results in the tasks', ({ task }) => {
  const suite = task.file.tasks.find(({ type }) => type === 'suite');
  const tasks = suite?.type === 'suite' ? suite.tasks : [];
  expect(suite?.name).toBe('RegressionHead');
  const means = [1, 33].map((rows) => `RegressionHead:law:mean-is-sum-over-size:rows=${rows}`);
  expect(tasks.map(({ name }) => name)).toEqual([...means, 'RegressionHead:names:given:name=a']);
  for (const { name, meta } of tasks) {
    expect(meta.conformance).toMatchObject({ query: name, status: 'pass', backend: inject('backend') });
    if (means.includes(name)) expect(meta.conformance?.closest?.used).toBeLessThanOrEqual(1);
  }
});
