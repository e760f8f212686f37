import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Generator } from './generator.ts';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];
const libraries: Readonly<Record<string, string>> = { gnu: 'glibc', musl: 'musl' };

/**
 * Completes package-lock.json with the packages of other platforms. npm leaves out those that the
 * registry in use does not have, and then `npm ci` refuses the file everywhere. Their versions are
 * exact in the package that wants them; this platform never fetches them.
 */
export const lockFile: Generator = {
  name: 'lock file',
  async generate(root) {
    const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, LockedPackage>>;
    };
    const added = Object.values(lock.packages).flatMap((parent) =>
      Object.entries(parent.optionalDependencies ?? {})
        .filter(([name]) => lock.packages[`node_modules/${name}`] === undefined)
        .map(
          ([name, version]) => [`node_modules/${name}`, entryOf(name, version, parent)] as const,
        ),
    );
    const packages = Object.fromEntries(
      [...Object.entries(lock.packages), ...added].toSorted(([a], [b]) => a.localeCompare(b, 'en')),
    );
    return new Map([['package-lock.json', `${JSON.stringify({ ...lock, packages }, null, 2)}\n`]]);
  },
};

/** A package that only another platform installs; which one is in its name. */
function entryOf(name: string, version: string, { dev }: LockedPackage): object {
  const words = name.split(/[-/]/);
  const system = words.filter((word) => systems.includes(word));
  const processor = words.filter((word) => processors.includes(word));
  const library = words.flatMap((word) => libraries[word] ?? []);
  return {
    version,
    ...(processor.length > 0 && { cpu: processor }),
    ...(dev === true && { dev }),
    ...(system.includes('linux') && library.length > 0 && { libc: library }),
    optional: true,
    ...(system.length > 0 && { os: system }),
  };
}
