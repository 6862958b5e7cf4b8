import { backendNames, type BackendName } from './backend/name.js';
import { environments, isolatedProjectName, projectName, type Environment } from './projects.js';
import type { ProjectTallies } from './tally.js';

/** The environment variable by which `npm test` tells that its step has run the cases of `conformance.test.ts` on every backend. */
export const CONFORMANCE_HAS_RUN = 'TFJS_HEADS_CONFORMANCE_HAS_RUN';

/**
 * The environment variable by which `npm test` tells that the build is there. To build again, nx takes what is built away for a moment, although it is the same: tests
 * beside that one would find nothing.
 */
export const BUILD_HAS_RUN = 'TFJS_HEADS_BUILD_HAS_RUN';

/** The projects of what runs in Node once: programs, files and what is built. */
export const toolsProjects: readonly string[] = ['tools', 'tools-isolated'];

/** The projects that no machine lacks. */
const alwaysRequired = ['types', ...toolsProjects];

/** The backends that TFJS_HEADS_REQUIRE lists; all of them if it is not set. */
export function requiredBackends(list = backendNames.join()): readonly BackendName[] {
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isBackend(name));
  if (unknown !== undefined) {
    throw new Error(`TFJS_HEADS_REQUIRE names "${unknown}"; there are ${backendNames.join(', ')}.`);
  }
  return names.filter(isBackend);
}

function isBackend(name: string): name is BackendName {
  return (backendNames as readonly string[]).includes(name);
}

/** The vitest projects that show that these backends work. */
export function requiredProjects(backends: readonly BackendName[]): readonly string[] {
  const inEnvironment = (environment: Environment): readonly string[] =>
    environments[environment].flatMap((backend) =>
      backends.includes(backend) ? [projectName(environment, backend), isolatedProjectName(environment, backend)] : [],
    );
  return [...inEnvironment('node'), ...inEnvironment('chromium'), ...alwaysRequired];
}

/** The projects of which nothing passed. To have skipped everything, or never to have run, is no pass. */
export function projectsWithoutPass(projects: readonly string[], tallies: ProjectTallies): readonly string[] {
  return projects.filter((name) => (tallies[name]?.passed ?? 0) === 0);
}
