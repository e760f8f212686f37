import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The `mdm` command, as this demonstration runs it. */
export const mdmEntry = join(root, 'src', 'cli', 'main.ts');

/** Loaded before a program that must not outlive this process. */
export const endWithParent = join(root, 'bin', 'end-with-parent.mjs');

/** What a command printed. */
export interface CommandOutcome {
  readonly exitCode: number;
  readonly output: string;
}

/** Run `mdm` as a user would, with that user's settings. Standard output and errors come together. */
export function runMdm(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [mdmEntry, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => parts.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => parts.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ exitCode: code ?? 1, output: Buffer.concat(parts).toString().trimEnd() }),
    );
  });
}
