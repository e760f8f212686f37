import type { Clock } from '../../lib/clock.ts';
import { keysLimits } from '../limits.ts';

/** When heartbeats may have reached a server, for which head: what tells when its lease is over. */
export class SentHeartbeats {
  readonly #clock: Clock;
  /** The newest for each head, oldest first. */
  readonly #sent: { seq: number; ms: number }[];

  constructor(clock: Clock) {
    this.#clock = clock;
    // A process before this one may have renewed its lease, for any head, up to now.
    this.#sent = [{ seq: -1, ms: clock.monotonicMs() }];
  }

  note(seq: number): void {
    const ms = this.#clock.monotonicMs();
    const last = this.#sent.at(-1);
    if (last?.seq === seq) last.ms = ms;
    else this.#sent.push({ seq, ms });
    if (this.#sent.length <= keysLimits.heartbeatsKeptMax) return;
    // Too many to tell apart: the oldest two count as one for the older head, sent when the newer was.
    const [oldest, next] = this.#sent;
    if (oldest !== undefined && next !== undefined) next.seq = oldest.seq;
    this.#sent.shift();
  }

  /**
   * When the newest for a head older than `seq` was sent, monotonic. One for `seq` or a newer head
   * renews nothing old, because a server applies the entries up to its head before it takes it.
   */
  lastBeforeMs(seq: number): number {
    const older = this.#sent.findLast((heartbeat) => heartbeat.seq < seq);
    return older?.ms ?? Number.NEGATIVE_INFINITY;
  }
}
