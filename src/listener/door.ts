import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../identity/principal.ts';

/** One HTTP request after authentication, on its way to a door. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Who asks; undefined when nobody proved who they are. */
  readonly caller: Principal | undefined;
  /** Why the credential shown was not accepted; undefined when there was none or it was. */
  readonly refusal: { readonly code: string; readonly explanation: string } | undefined;
  /** Whether the connection opened with the GSI delegation byte (httpg). */
  readonly httpg: boolean;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** Correlation id for logs and audit. */
  readonly requestId: string;
  /**
   * Count the connection against a caller whom the door itself has found out, as by a signature in
   * the body; callers of an accepted credential are counted before. False: he has too many.
   */
  readonly recognise: (subject: string) => boolean;
  /** Note for the audit that the caller is refused something, by its code. Never waits. */
  readonly refused: (code: string) => void;
}

/**
 * A way in. A door translates its protocol to the port behind it and back, and nothing else: it
 * never decides who calls, and never caches.
 */
export interface HttpDoor {
  readonly name: string;
  /** Whether this door answers the request; the listener asks its doors in order. */
  accepts(request: IncomingMessage): boolean;
  /** Answer it. A rejected promise makes the listener destroy the connection. */
  serve(exchange: Exchange): Promise<void>;
  /** Answer with 503 in the door's own form; without it the answer is JSON with the code. */
  refuse?(exchange: Exchange, code: 'LISTENER_CALLER_BUSY'): Promise<void>;
}
