import { type Clock, sleep } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import { keysLimits } from '../limits.ts';
import type { FeedFollower } from './feed-follower.ts';

/** Servers that have not said yet what they hold, and the code of why not where they were asked. */
export type StillSilent = ReadonlyMap<string, string | undefined>;

/** What catching up works with. */
export interface CatchUpPorts {
  readonly followers: readonly Pick<FeedFollower, 'server' | 'learn'>[];
  readonly threshold: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Told whenever it changes. */
  readonly onSilent: (servers: StillSilent) => void;
}

/**
 * Learn from the servers what our own feed holds beyond what we know, before anything is signed: a
 * gateway that was restored must not contradict itself. Resolves when all have said so, or k of them and
 * some time has passed: k meet every n-k+1 that ever made a quorum. Asks the others again until then.
 * @throws the signal's reason
 */
export async function catchUp(ports: CatchUpPorts, signal: AbortSignal): Promise<void> {
  const { followers, threshold, clock } = ports;
  const silent = new Map<string, string | undefined>(
    followers.map(({ server }) => [server, undefined]),
  );
  const enough = Promise.withResolvers<void>();
  let isLate = false;
  const check = (): void => {
    ports.onSilent(silent);
    const heard = followers.length - silent.size;
    if (silent.size === 0 || (isLate && heard >= threshold)) enough.resolve();
  };
  const end = new AbortController();
  const asking = AbortSignal.any([signal, end.signal]);
  const left = (): void => enough.reject(signal.reason);
  signal.addEventListener('abort', left, { once: true });
  const timer = clock.schedule(keysLimits.catchUpGraceMs, () => {
    isLate = true;
    check();
  });
  try {
    signal.throwIfAborted();
    check();
    for (const follower of followers)
      void askUntilHeard(ports, follower, { asking, silent, check });
    await enough.promise;
  } finally {
    timer.cancel();
    end.abort();
    signal.removeEventListener('abort', left);
  }
}

async function askUntilHeard(
  { clock, log }: CatchUpPorts,
  follower: CatchUpPorts['followers'][number],
  progress: {
    readonly asking: AbortSignal;
    readonly silent: Map<string, string | undefined>;
    readonly check: () => void;
  },
): Promise<void> {
  const { asking, silent, check } = progress;
  const { server } = follower;
  while (!asking.aborted) {
    try {
      const learnt = await follower.learn();
      if (learnt > 0) log.warn('keys.feed_learnt', { server, entries: learnt });
      silent.delete(server);
      check();
      return;
    } catch (error) {
      const code = codeOf(error) ?? String(error);
      if (silent.get(server) !== code) log.warn('keys.feed_not_learnt', { server, code });
      silent.set(server, code);
      check();
    }
    await sleep(clock, keysLimits.catchUpPauseMs, { signal: asking }).catch(() => undefined);
  }
}
