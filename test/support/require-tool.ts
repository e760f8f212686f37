import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { absent } from './absent.ts';

/** A Debian package that tests use, and the commands it brings that they start. */
export interface ToolPackage {
  readonly name: string;
  readonly commands: readonly string[];
}

/** The one list of them, `.ci/packages`. */
export function toolPackages(): readonly ToolPackage[] {
  const text = readFileSync(new URL('../../.ci/packages', import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...commands] = line.split(/\s+/);
      return { name, commands: commands.filter((command) => command !== '-') };
    });
}

/** Absolute path of a command on PATH or in a system folder, or undefined. */
export function findTool(command: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

/**
 * For `test(name, { skip: requireTool('storescu', 'Orthanc') }, ...)`: false when all are installed,
 * else the reason to skip, which is also printed. With CI=true an absence throws instead.
 */
export function requireTool(...commands: readonly string[]): string | false {
  const missing = commands.filter((command) => findTool(command) === undefined);
  return absent(missing.map((command) => `${command} (Debian package ${packageOf(command)})`));
}

/** The system's Python, whose modules come from Debian packages; never one of a version manager. */
export const systemPython = '/usr/bin/python3';

/** As `requireTool`, for modules of the system's Python: `requirePython('pydicom', 'numpy')`. */
export function requirePython(...modules: readonly string[]): string | false {
  const missing = modules.filter((module) => !hasPythonModule(module));
  return absent(missing.map((module) => `python module ${module} (python3-${module})`));
}

/** Whether the system's Python has the module. */
export function hasPythonModule(module: string): boolean {
  return spawnSync(systemPython, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
}

function packageOf(command: string): string {
  return toolPackages().find((one) => one.commands.includes(command))?.name ?? 'unknown';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
