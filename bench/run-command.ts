import { spawn } from 'node:child_process';
import { cpuSeconds, peakBytes, resetPeak } from './proc.ts';

/** What one run cost. */
export interface Run {
  readonly wallSeconds: number;
  /** Of the command and its children. */
  readonly clientCpuSeconds: number;
  readonly serverCpuSeconds: number;
  readonly clientPeakBytes: number;
  readonly serverPeakBytes: number;
}

const samplePeakMs = 50;

/** Run `command` once in bash, with `servers` watched. Throws with its output when it fails. */
export async function runCommand(command: string, servers: readonly number[]): Promise<Run> {
  resetPeak(servers);
  const serverCpuBefore = cpuSeconds(servers);
  const start = performance.now();
  // `times` reports what bash and all its children used; its line is the last of standard error.
  const child = spawn('bash', ['-ec', `trap times EXIT; ${command}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TCP_NODELAY: '1' },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output = tail(output + text)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output = tail(output + text)));
  let clientPeakBytes = 0;
  const sampler = setInterval(() => {
    clientPeakBytes = Math.max(clientPeakBytes, peakBytes([child.pid ?? -1]));
  }, samplePeakMs);
  let wallSeconds = 0;
  child.once('exit', () => {
    wallSeconds = (performance.now() - start) / 1000;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(sampler);
  if (code !== 0) throw new Error(`exit ${String(code)} of ${command}\n${output}`);
  return {
    wallSeconds,
    clientCpuSeconds: secondsOfTimes(output),
    serverCpuSeconds: cpuSeconds(servers) - serverCpuBefore,
    clientPeakBytes,
    serverPeakBytes: peakBytes(servers),
  };
}

const tail = (text: string): string => text.slice(-8192);

/** Sum of the four figures of bash's `times`: `0m0.010s 0m0.020s`, twice. */
function secondsOfTimes(output: string): number {
  const figures = [...output.matchAll(/(\d+)m(\d+\.\d+)s/g)].slice(-4);
  return figures.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}
