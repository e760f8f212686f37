import { glob } from 'node:fs/promises';
import { projectRoot } from '../project-root.ts';
import { slowUnits } from './slow-units.ts';

/** One kind of tests: where its files are. */
export interface Suite {
  readonly name: string;
  readonly patterns: readonly string[];
  /** Files of the patterns that are of another suite. */
  readonly without?: readonly string[];
}

/** Of `npm test`, and of `npm run check` where it is narrowed. */
export const slowSuite: Suite = { name: 'slow units', patterns: slowUnits };

/** What `npm run check` runs, and with it `npm test`; the gate (types, lint, ...) first, since it takes longest. */
export const checkSuites: readonly Suite[] = [
  { name: 'gate', patterns: ['tools/check/gate.test.ts'] },
  {
    name: 'tidy',
    patterns: ['tools/tidy/**/*.test.ts', 'tools/generate/**/*.test.ts'],
    without: slowUnits,
  },
  {
    name: 'unit',
    patterns: ['src/**/*.test.ts', 'test/support/**/*.test.ts', 'bench/**/*.test.ts'],
    without: slowUnits,
  },
  { name: 'conformance', patterns: ['test/conformance/**/*.test.ts'] },
];

/** What `npm test` runs beyond it. */
export const furtherSuites: readonly Suite[] = [
  slowSuite,
  { name: 'environment', patterns: ['tools/check/environment.test.ts'] },
  { name: 'golden', patterns: ['test/golden/**/*.test.ts'] },
  { name: 'growth', patterns: ['test/growth/**/*.test.ts'] },
  { name: 'integration', patterns: ['test/integration/**/*.test.ts'] },
  { name: 'fuzz', patterns: ['test/fuzz/**/*.test.ts'] },
  { name: 'interop', patterns: ['test/interop/**/*.test.ts'] },
  { name: 'e2e', patterns: ['test/e2e/**/*.test.ts'] },
  { name: 'attack', patterns: ['test/attack/**/*.test.ts'] },
];

/** Test files of `suites` in their order; if `only` names parts of paths, just those. */
export async function testFiles(
  suites: readonly Suite[],
  only: readonly string[],
): Promise<string[]> {
  const files: string[] = [];
  for (const { patterns, without = [] } of suites) {
    const found: string[] = [];
    for await (const file of glob([...patterns], { cwd: projectRoot })) found.push(file);
    files.push(...found.filter((file) => !without.includes(file)).toSorted());
  }
  return only.length === 0
    ? files
    : files.filter((file) => only.some((part) => file.includes(part)));
}
