import type { Contestant } from './figure.ts';
import { type Run, runCommand } from './run-command.ts';
import { median, type Spread, spreadOf } from './statistics.ts';

/** What a contestant did over all rounds. */
export interface Measurement {
  readonly label: string;
  readonly wallSeconds: Spread;
  /** Wall time of the first contestant divided by this one's, round by round: above 1 is faster. */
  readonly timesFaster: Spread;
  readonly clientCpuSeconds: number;
  readonly serverCpuSeconds: number;
  readonly clientPeakBytes: number;
  readonly serverPeakBytes: number;
}

/**
 * Run all contestants in turn, round by round, so that whatever disturbs the machine disturbs all of
 * them; ratios are taken inside a round. The first round warms up and does not count.
 */
export async function measure(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<readonly Measurement[]> {
  const runs: Run[][] = contestants.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      await contestant.prepare();
      const run = await runCommand(contestant.command, contestant.servers());
      if (round > 0) runs[index]?.push(run);
    }
  }
  const first = runs[0] ?? [];
  return contestants.map(({ label }, index) => summarise(label, runs[index] ?? [], first));
}

function summarise(label: string, runs: readonly Run[], first: readonly Run[]): Measurement {
  const ratios = runs.map((run, round) => (first[round]?.wallSeconds ?? 0) / run.wallSeconds);
  return {
    label,
    wallSeconds: spreadOf(runs.map((run) => run.wallSeconds)),
    timesFaster: spreadOf(ratios),
    clientCpuSeconds: median(runs.map((run) => run.clientCpuSeconds)),
    serverCpuSeconds: median(runs.map((run) => run.serverCpuSeconds)),
    clientPeakBytes: Math.max(...runs.map((run) => run.clientPeakBytes)),
    serverPeakBytes: Math.max(...runs.map((run) => run.serverPeakBytes)),
  };
}
