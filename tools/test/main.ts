// npm test: every check there is, and a tally. With arguments it is vitest alone, which gets them:
//   npm test -- --project node-cpu loss      the tests of one project whose path contains "loss"
import type { BackendName } from './backend/name.js';
import { inLanes } from './lanes.js';
import { CONFORMANCE_RUNS, projectsWithoutPass, requiredBackends, requiredProjects } from './requirements.js';
import { build, longSteps, quickSteps, runStep, type Step } from './steps.js';
import { emptyTally, sum, type ProjectTallies, type Tally } from './tally.js';
import { groupsOf, runVitest, type VitestRun } from './vitest.js';

const args = process.argv.slice(2);
process.exitCode = args.length > 0 ? (await runVitest(args)).exitCode : await runEverything();

async function runEverything(): Promise<number> {
  const backends = requiredBackends(process.env['TFJS_HEADS_REQUIRE']);
  const projects = requiredProjects(backends);
  const { stepTallies, runs } = await runChecks(backends, projects);

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

/** The build, then all else. Each step is one test; those that need a build are skipped where there is none. */
async function runChecks(
  backends: readonly BackendName[],
  projects: readonly string[],
): Promise<{ readonly stepTallies: Readonly<Record<string, Tally>>; readonly runs: readonly VitestRun[] }> {
  const stepTallies: Record<string, Tally> = {};
  const runs: VitestRun[] = [];
  const taskOf = (step: Step) => async (): Promise<void> => {
    const isPossible = !step.needsBuild || stepTallies[build.name]?.passed === 1;
    if (!isPossible) stepTallies[step.name] = { ...emptyTally, skipped: 1 };
    else if (await runStep(step, backends)) stepTallies[step.name] = { ...emptyTally, passed: 1 };
    else stepTallies[step.name] = { ...emptyTally, failed: 1 };
  };
  const isWanted = ({ backend }: Step): boolean => backend === undefined || backends.includes(backend);

  await taskOf(build)();
  const env: Record<string, string> = stepTallies[build.name]?.passed === 1 ? { [CONFORMANCE_RUNS]: 'yes' } : {};
  const vitestTasks = groupsOf(projects).map((names) => async (): Promise<void> => {
    runs.push(
      await runVitest(
        names.map((name) => `--project=${name}`),
        { env, isAlone: false },
      ),
    );
  });
  await inLanes(quickSteps.filter(isWanted).map(taskOf));
  await inLanes([...vitestTasks, ...longSteps.filter(isWanted).map(taskOf)]);
  return { stepTallies, runs };
}
