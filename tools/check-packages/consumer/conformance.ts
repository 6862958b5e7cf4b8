/* oxlint-disable vitest/expect-expect -- It is compiled, not run: packages/examples/custom-head is what runs. */
// A test file as the author of a head would write it.
import { suiteOf, type CaseResult, type HeadFactory, type Subjects } from '@tfjs-heads/backend-conformance';
import { subjects as ours } from '@tfjs-heads/backend-conformance/heads';
import { describeConformance } from '@tfjs-heads/conformance-kit/vitest';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { it } from 'vitest';

const create: HeadFactory = (options) => new RegressionHead(options);
const subjects: Subjects = { ...ours, Mine: { create, labels: 'real', metrics: ['average_loss'] } };

describeConformance(create, {
  name: 'Mine',
  backend: 'wasm',
  filter: ['*:law', '*:parity'],
  metrics: ['average_loss'],
});

it('has cases', async ({ task }) => {
  const queries: readonly string[] = (await suiteOf(subjects)).cases.map(
    ({ subject, family }) => `${subject}:${family}`,
  );
  const result: (CaseResult & { readonly backend: string }) | undefined = task.meta.conformance;
  if (queries.length === 0 || result !== undefined) throw new Error('It has none.');
});
