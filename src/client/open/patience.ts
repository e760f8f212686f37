import { type Clock, sleep } from '../../lib/clock.ts';
import { codeOf, MdmError } from '../../lib/errors/mdm-error.ts';
import { clientLimits } from '../limits.ts';

const waitingCodes: ReadonlySet<string> = new Set([
  'RECALL_IN_PROGRESS',
  // Other commands of the same caller have all the connections that he may have.
  'LISTENER_CALLER_BUSY',
]);

/** Ask again while the server says that the file is on its way, or its caller's turn is to come. */
export async function patiently<T>(
  ask: () => Promise<T>,
  options: {
    readonly clock: Clock;
    readonly signal?: AbortSignal;
    readonly onWait?: (seconds: number) => void;
  },
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const waiting = waitingCodes.has(codeOf(error) ?? '') && tries < clientLimits.retryMax;
      if (!waiting || !(error instanceof MdmError)) throw error;
      const asked = Number(error.context['retryAfterSeconds'] ?? 5);
      const seconds = Math.min(Math.max(1, asked), clientLimits.retryAfterMaxSeconds);
      options.onWait?.(seconds);
      await sleep(options.clock, seconds * 1000, options);
    }
  }
}
