import type { KeyServers, ServerReport } from '../../keys/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';

/** Beyond it a key server takes heartbeats for ones of the future. */
const offsetMaxMs = 5_000;
const intervalMs = 600_000;

/**
 * What is wrong with the clocks, by what the key servers say of theirs: ours if as many of them
 * differ from it as open a key, else those that differ.
 */
export function clockNotes(reports: readonly ServerReport[], threshold: number): readonly string[] {
  const off = reports.flatMap((report) =>
    report.reachable && Math.abs(report.clockOffsetMs) > offsetMaxMs ? [report] : [],
  );
  const said = ({ name, clockOffsetMs }: (typeof off)[number]): string =>
    `${name} (${(clockOffsetMs / 1000).toFixed(1)} s)`;
  if (off.length === 0) return [];
  const names = off.map(said).join(', ');
  const whose =
    off.length >= threshold ? "this machine's clock differs from" : 'clocks that differ from ours:';
  return [`${whose} ${names}; synchronise the clocks, or leases and tokens fail`];
}

/** Warn in the log of clocks that differ, at once and then every ten minutes. */
export function watchClocks(ports: {
  readonly keyServers: Pick<KeyServers, 'status'>;
  readonly threshold: number;
  readonly clock: Clock;
  readonly log: Log;
}): { stop(): void } {
  const { keyServers, threshold, clock, log } = ports;
  const gone = new AbortController();
  let timer: Timer | undefined;
  const look = async (): Promise<void> => {
    try {
      const reports = await keyServers.status({ signal: gone.signal });
      for (const note of clockNotes(reports, threshold)) log.warn('gateway.clock_off', { note });
    } catch (error) {
      if (gone.signal.aborted) return;
      log.warn('gateway.clocks_unknown', { code: codeOf(error) });
    }
    timer = clock.schedule(intervalMs, () => void look());
  };
  void look();
  return {
    stop() {
      gone.abort();
      timer?.cancel();
    },
  };
}
