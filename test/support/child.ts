import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Owner } from './owner.ts';

const outputBytesMax = 4 * 1024 * 1024;
const pollMs = 20;
const startTimeoutMs = 20_000;
const stopTimeoutMs = 5_000;

/** How a child ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where and with what a child runs. `env` is added to ours; TCP_NODELAY=1 is always set. */
export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Signal of `stop`; SIGTERM. SIGKILL for one whose orderly end takes seconds. */
  readonly stopSignal?: NodeJS.Signals;
}

/** A started process. It is stopped when its owner ends, and killed if this process exits first. */
export interface Child {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  /** All it wrote so far (at most 4 MiB a stream, then the rest is dropped). */
  stdout(): string;
  stderr(): string;
  /** Resolves with the first match in what it wrote or will write; rejects when it ends without. */
  waitForOutput(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Resolves once something accepts TCP connections on the loopback port. */
  waitForPort(port: number, timeoutMs?: number): Promise<void>;
  /** Its stop signal, then SIGKILL after 5 s. Idempotent. */
  stop(): Promise<ChildExit>;
  kill(signal: NodeJS.Signals): void;
}

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Start a process that goes on until it is stopped. */
export async function startChild(
  owner: Owner,
  command: readonly [string, ...string[]],
  options: ChildOptions = {},
): Promise<Child> {
  const child = launch(command, options);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const started = track(child, command.join(' '), options.stopSignal);
  owner.after(async () => {
    await started.stop();
  });
  return started;
}

/** What a finished process left. */
export interface Finished extends ChildExit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a process to its end. Never throws for a bad exit code; kills it after `timeoutMs`. */
export async function runChild(
  command: readonly [string, ...string[]],
  options: ChildOptions & {
    readonly input?: string | Uint8Array;
    readonly timeoutMs?: number;
  } = {},
): Promise<Finished> {
  const child = launch(command, options);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const tracked = track(child, command.join(' '));
  // A child that ends without reading its input breaks the pipe; its exit code says enough.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input ?? '');
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000);
  try {
    const exit = await Promise.race([tracked.exited, failed]);
    return { ...exit, stdout: tracked.stdout(), stderr: tracked.stderr() };
  } finally {
    clearTimeout(timer);
  }
}

/** As `runChild`, but throws with the output unless the exit code is 0. Gives standard output. */
export async function runTool(...command: readonly [string, ...string[]]): Promise<string> {
  const { code, signal, stdout, stderr } = await runChild(command);
  if (code === 0) return stdout;
  throw new Error(`${command.join(' ')} ended with ${code ?? signal}:\n${stdout}${stderr}`);
}

function launch(command: readonly [string, ...string[]], options: ChildOptions): ChildProcess {
  const [file, ...args] = command;
  return spawn(file, args, {
    cwd: options.cwd,
    // DCMTK and Orthanc leave Nagle's algorithm on otherwise: every message waits 40 ms.
    env: { ...process.env, TCP_NODELAY: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function track(child: ChildProcess, label: string, stopSignal: NodeJS.Signals = 'SIGTERM'): Child {
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  living.add(child);
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('close', (code, signal) => {
      living.delete(child);
      resolve({ code, signal });
    });
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const failure = (what: string): Error =>
    new Error(`${label}: ${what}\n${out.text()}${err.text()}`);

  const until = async <T>(
    look: () => Promise<T | undefined> | T | undefined,
    options: { readonly what: string; readonly timeoutMs: number },
  ): Promise<T> => {
    for (let waitedMs = 0; waitedMs <= options.timeoutMs; waitedMs += pollMs) {
      const found = await look();
      if (found !== undefined) return found;
      if (!running()) {
        await exited;
        const last = await look();
        if (last !== undefined) return last;
        throw failure(`ended before ${options.what}`);
      }
      await delay(pollMs);
    }
    throw failure(`no ${options.what} within ${options.timeoutMs} ms`);
  };

  return {
    pid: child.pid ?? -1,
    exited,
    stdout: out.text,
    stderr: err.text,
    waitForOutput: (pattern, timeoutMs = startTimeoutMs) =>
      until(() => (out.text().match(pattern) ?? err.text().match(pattern)) || undefined, {
        what: `output like ${pattern}`,
        timeoutMs,
      }),
    waitForPort: async (port, timeoutMs = startTimeoutMs) => {
      await until(() => accepts(port), { what: `listener on port ${port}`, timeoutMs });
    },
    stop: async () => {
      if (running()) {
        child.kill(stopSignal);
        const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
        await exited;
        clearTimeout(timer);
      }
      return exited;
    },
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

function collect(stream: NodeJS.ReadableStream | null): { readonly text: () => string } {
  const chunks: string[] = [];
  let length = 0;
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    if (length < outputBytesMax) chunks.push(chunk);
    length += chunk.length;
  });
  return { text: () => chunks.join('') };
}

/** True once the loopback port accepts a connection; undefined while it does not. */
function accepts(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}
