import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { endWithParent, mdmEntry } from './command.ts';

/** A service of ours in a process of its own. */
export interface Service {
  readonly pid: number;
  /** Where it listens. */
  readonly url: string;
  /** End it as an operator would, and wait for it. */
  stop(): Promise<void>;
}

const startLimitMs = 30_000;

/** Start `mdm serve` and wait until it says where it listens. Its log goes to `<folder>/<name>.log`. */
export function startService(options: {
  readonly name: string;
  readonly role: 'gateway' | 'keyserver';
  readonly config: string;
  readonly folder: string;
}): Promise<Service> {
  const { name, role, config, folder } = options;
  const logFile = join(folder, `${name}.log`);
  // Killed without warning, this process cannot end it: it ends itself.
  const watch = ['--import', endWithParent];
  const child = spawn(
    process.execPath,
    [...watch, mdmEntry, 'serve', '--role', role, '--config', config],
    {
      stdio: ['ignore', 'pipe', openSync(logFile, 'a')],
    },
  );
  return new Promise((resolve, reject) => {
    const failed = (why: string): void => reject(new Error(`${name} ${why}; see ${logFile}`));
    const timer = setTimeout(() => failed('did not start in time'), startLimitMs);
    child.once('exit', () => failed('ended at once'));
    child.stdout?.once('data', (chunk: Buffer) => {
      clearTimeout(timer);
      resolve({
        pid: child.pid ?? 0,
        url: chunk.toString().trim(),
        stop: () => stop(child),
      });
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
