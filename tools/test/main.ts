// npm test: every check there is, and a tally. With arguments it is vitest alone, which gets them:
//   npm test -- --project node-cpu loss      the tests of one project whose path contains "loss"
import type { BackendName } from './backend/name.js';
import {
  BUILD_HAS_RUN,
  CONFORMANCE_HAS_RUN,
  projectsWithoutPass,
  requiredBackends,
  requiredProjects,
  toolsProjects,
} from './requirements.js';
import { buildStep, runStep, steps, type Step } from './steps.js';
import { emptyTally, sum, type Failure, type ProjectTallies, type Tally } from './tally.js';
import { runVitest, type VitestRun } from './vitest.js';

const args = process.argv.slice(2);
process.exitCode = args.length > 0 ? (await runVitest(args)).exitCode : await runEverything();

async function runEverything(): Promise<number> {
  const backends = requiredBackends(process.env['TFJS_HEADS_REQUIRE']);
  const projects = requiredProjects(backends);
  const vitest = (names: readonly string[], env: Readonly<Record<string, string>>): Promise<VitestRun> =>
    runVitest(
      names.map((name) => `--project=${name}`),
      { env, isAlone: false },
    );

  const failures: Failure[] = [];
  const tallyOfStep = async (step: Step): Promise<Tally> => {
    const failure = await runStep(step, backends);
    if (failure !== undefined) failures.push(failure);
    return { ...emptyTally, [failure === undefined ? 'passed' : 'failed']: 1 };
  };

  const build = await tallyOfStep(buildStep);
  const isBuilt = build.passed === 1;
  const whenBuilt = isBuilt ? { [BUILD_HAS_RUN]: 'yes' } : {};
  // Tests of tools take as long as all the rest, and wait for processes and pages: they run beside it from the first moment.
  const [ofTools, [stepTallies, ofPackages]] = await Promise.all([
    vitest(toolsProjects, whenBuilt),
    runSteps(backends, isBuilt, tallyOfStep).then(async (tallies) => {
      const whenConformant = tallies['conformance']?.skipped === 0 ? { [CONFORMANCE_HAS_RUN]: 'yes' } : {};
      const others = projects.filter((name) => !toolsProjects.includes(name));
      return [{ build, ...tallies }, await vitest(others, { ...whenBuilt, ...whenConformant })] as const;
    }),
  ]);
  const runs = [ofTools, ofPackages];

  const unseen = Object.fromEntries(projects.map((name) => [name, emptyTally]));
  const tallies: ProjectTallies = Object.assign(unseen, ...runs.map((run) => run.tallies));
  const withoutPass = projectsWithoutPass(projects, tallies);
  failures.push(...runs.flatMap((run) => run.failures ?? []));
  for (const { test, message, hasPassed } of failures)
    console.log(`${hasPassed ? '↻ passed at its second try:' : '✗'} ${test}\n${message}\n`);
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
async function runSteps(
  backends: readonly BackendName[],
  isBuilt: boolean,
  tallyOfStep: (step: Step) => Promise<Tally>,
): Promise<Readonly<Record<string, Tally>>> {
  const left = steps.filter(({ backend }) => backend === undefined || backends.includes(backend));
  const tallies: Record<string, Tally> = {};
  // Two at a time: one computes while the other waits for an install or a browser.
  const lane = async (): Promise<void> => {
    for (let step = left.shift(); step !== undefined; step = left.shift())
      tallies[step.name] = step.needsBuild && !isBuilt ? { ...emptyTally, skipped: 1 } : await tallyOfStep(step);
  };
  await Promise.all([lane(), lane()]);
  return tallies;
}
