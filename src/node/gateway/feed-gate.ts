import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import type { HttpDoor } from '../../listener/door.ts';
import { nodeErrors } from '../errors.ts';

/** Whether the gateway knows what its own feed says. As long as it does not, it serves nobody. */
export class FeedGate {
  readonly #log: Log;
  #reason: string | undefined = 'the key servers have not been asked yet';
  readonly #stop = new AbortController();
  #take: (() => Promise<void>) | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Why it is shut; undefined when it is open. */
  get reason(): string | undefined {
    const { aborted, reason } = this.stopped;
    return aborted ? String(reason.message) : this.#reason;
  }

  shut(reason: string): void {
    if (this.#reason !== reason) this.#log.warn('gateway.shut', { reason });
    this.#reason = reason;
  }

  /** Aborted, with why, when it is shut until the service is started anew. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** Shut it until the service is started anew, which says why it does not start. */
  stop(why: Error): void {
    if (!this.stopped.aborted) this.#log.error('gateway.stopped', { reason: why.message });
    this.#stop.abort(why);
  }

  /** Open it, once all that the feed says is so here; from now on `take` makes it so. */
  open(take: () => Promise<void>): void {
    this.#take = take;
    this.#reason = undefined;
  }

  /** The feed says more than was known: shut until that is so here. Never rejects. */
  async newer(): Promise<void> {
    this.shut('a key server holds entries of the policy feed that were not known here');
    const take = this.#take;
    if (take === undefined) return;
    try {
      await take();
      this.#reason = undefined;
    } catch (error) {
      this.shut(`the policy feed cannot be applied: ${codeOf(error) ?? 'failed'}`);
    }
  }
}

/** When to come back: a key server that was asked answers within seconds. */
const retryAfterSeconds = 5;

/** How the installation and its key servers are: what helps to find out why it is shut. */
const questions: ReadonlySet<string> = new Set(['/.mdm/v1/status', '/.mdm/v1/key-status']);

/** Before all other doors: answers 503 to everything but these questions. */
export function createGateDoor(gate: FeedGate): HttpDoor {
  return {
    name: 'gate',
    accepts: ({ url }) =>
      gate.reason !== undefined && !questions.has((url ?? '').split('?')[0] ?? ''),
    serve({ request, response, requestId }) {
      const { disposition, meaning, user, operator } = nodeErrors.rows.GATEWAY_BEHIND;
      const { reason } = gate;
      const code = 'GATEWAY_BEHIND';
      const body = { code, disposition, meaning, user, operator, reason, requestId };
      const text = JSON.stringify(body);
      response.shouldKeepAlive &&= request.complete;
      response.writeHead(503, {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': Buffer.byteLength(text),
        'Cache-Control': 'no-store',
        'Retry-After': retryAfterSeconds,
      });
      response.end(text);
      return Promise.resolve();
    },
  };
}
