// npm test: every check there is, and a tally. With arguments it is vitest alone, which gets them:
//   npm test -- --project node-cpu loss      the tests of one project whose path contains "loss"
import type { BackendName } from './backend/name.js';
import {
  BUILD_HAS_RUN,
  CONFORMANCE_HAS_RUN,
  projectsWithoutPass,
  requiredBackends,
  requiredProjects,
} from './requirements.js';
import { runStep, steps, type Step } from './steps.js';
import { emptyTally, sum, type ProjectTallies, type Tally } from './tally.js';
import { groupsOf, runVitest } from './vitest.js';

const args = process.argv.slice(2);
process.exitCode = args.length > 0 ? (await runVitest(args)).exitCode : await runEverything();

async function runEverything(): Promise<number> {
  const backends = requiredBackends(process.env['TFJS_HEADS_REQUIRE']);
  const projects = requiredProjects(backends);
  const stepTallies = await runSteps(backends);
  const env: Record<string, string> = {
    ...(stepTallies['build']?.passed === 1 && { [BUILD_HAS_RUN]: 'yes' }),
    ...(stepTallies['conformance']?.skipped === 0 && { [CONFORMANCE_HAS_RUN]: 'yes' }),
  };
  const runs = await Promise.all(
    groupsOf(projects).map((names) =>
      runVitest(
        names.map((name) => `--project=${name}`),
        { env, isAlone: false },
      ),
    ),
  );

  const unseen = Object.fromEntries(projects.map((name) => [name, emptyTally]));
  const tallies: ProjectTallies = Object.assign(unseen, ...runs.map((run) => run.tallies));
  const withoutPass = projectsWithoutPass(projects, tallies);
  console.table({ ...stepTallies, ...tallies });
  withoutPass.forEach((name) => console.log(`${name} is required, and no test of it passed.`));
  if (runs.some((run) => run.tallies === undefined)) console.log('vitest did not come to its end.');

  // A required project that passed nothing fails, even if nothing of it failed.
  const silent = withoutPass.filter((name) => (tallies[name]?.failed ?? 0) === 0).length;
  const total = sum([...Object.values(stepTallies), ...Object.values(tallies), { ...emptyTally, failed: silent }]);
  const exitCode = Math.max(...runs.map((run) => run.exitCode));
  const isGood = total.failed === 0 && exitCode === 0;
  if (total.failed === 0 && !isGood) console.log(`vitest ended with exit code ${exitCode}.`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return isGood ? 0 : 1;
}

/** Each step is one test; those that need a build are skipped where there is none. */
async function runSteps(backends: readonly BackendName[]): Promise<Readonly<Record<string, Tally>>> {
  const wanted = steps.filter(({ backend }) => backend === undefined || backends.includes(backend));
  const tallies: Record<string, Tally> = {};
  const run = async (step: Step | undefined): Promise<void> => {
    if (step === undefined) return;
    const isPossible = !step.needsBuild || tallies['build']?.passed === 1;
    if (!isPossible) tallies[step.name] = { ...emptyTally, skipped: 1 };
    else if (await runStep(step, backends)) tallies[step.name] = { ...emptyTally, passed: 1 };
    else tallies[step.name] = { ...emptyTally, failed: 1 };
  };

  await run(wanted.shift());
  // Two at a time: one computes while the other waits for an install or a browser.
  const lane = async (): Promise<void> => {
    while (wanted.length > 0) await run(wanted.shift());
  };
  await Promise.all([lane(), lane()]);
  return tallies;
}
