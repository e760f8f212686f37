import type { Project, TidyCheck } from './project.ts';

const lockFile = 'package-lock.json';
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** What we ship may be used by a hospital and a company without asking a lawyer first. */
export const licences: TidyCheck = {
  name: 'licences of runtime dependencies',
  find: (project) =>
    runtimePackages(project)
      .filter(({ licence }) => !isAllowed(licence))
      .map(({ name, licence }) => ({
        path: lockFile,
        line: 0,
        message: `${name} has licence ${licence}, which is not on the list of tools/tidy/licences.ts`,
      })),
};

/** `(MIT OR GPL-2.0)` is fine if one of them is. */
const isAllowed = (licence: string): boolean =>
  licence
    .replaceAll(/[()]/g, '')
    .split(/\s+OR\s+/)
    .some((one) => allowed.has(one.trim()));

interface LockedPackage {
  readonly dev?: boolean;
  readonly license?: string;
}

function runtimePackages(project: Project): readonly { name: string; licence: string }[] {
  const text = project.read(lockFile)?.toString('utf8') ?? '{}';
  const { packages = {} } = JSON.parse(text) as {
    readonly packages?: Readonly<Record<string, LockedPackage>>;
  };
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      licence: license ?? 'not stated',
    }));
}
