import type { Files } from '../../files/files.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Log } from '../../lib/log.ts';
import type { Exchange } from '../../listener/door.ts';
import type { RequestTarget } from './request-target.ts';

/** One authenticated request and what it may use. */
export interface Call {
  readonly exchange: Exchange;
  readonly caller: Principal;
  readonly target: RequestTarget;
  readonly files: Files;
  readonly log: Log;
}

/** One method. Throws what `status.ts` maps; after the header is out, the connection is destroyed. */
export type Method = (call: Call) => Promise<void>;

/** A request header as one text; undefined when absent. */
export function headerOf(call: Call, name: string): string | undefined {
  const value = call.exchange.request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
