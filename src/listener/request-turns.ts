import type { Clock } from '../lib/clock.ts';
import type { ListenerLimits } from './limits.ts';

/** The requests of one caller that are under way, and those that wait. */
interface Lane {
  busy: number;
  readonly waiting: (() => void)[];
}

/**
 * Lets a few requests of each caller be worked on at a time, so that who asks much at once waits for
 * himself and nobody else does. A request that takes longer than a moment waits for something, as a
 * cold read does for its archive: it keeps no other back.
 */
export class RequestTurns {
  readonly #clock: Clock;
  readonly #limits: Pick<ListenerLimits, 'requestTurnsPerCallerMax' | 'requestTurnMs'>;
  readonly #lanes = new Map<string, Lane>();

  constructor(
    clock: Clock,
    limits: Pick<ListenerLimits, 'requestTurnsPerCallerMax' | 'requestTurnMs'>,
  ) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Wait for a turn. @returns ends it; idempotent, and called by itself after a moment */
  async take(caller: string): Promise<() => void> {
    const lane = this.#lanes.get(caller) ?? { busy: 0, waiting: [] };
    this.#lanes.set(caller, lane);
    if (lane.busy < this.#limits.requestTurnsPerCallerMax) lane.busy += 1;
    else await new Promise<void>((resolve) => void lane.waiting.push(resolve));
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      timer.cancel();
      this.#next(caller, lane);
    };
    const timer = this.#clock.schedule(this.#limits.requestTurnMs, end);
    return end;
  }

  /** The turn goes to who waits longest. */
  #next(caller: string, lane: Lane): void {
    const next = lane.waiting.shift();
    if (next !== undefined) return next();
    lane.busy -= 1;
    if (lane.busy === 0) this.#lanes.delete(caller);
  }
}
