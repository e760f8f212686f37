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
}

/**
 * A way in. A door translates its protocol to the `Files` port and back, and nothing else: it never
 * decides, caches or knows a PACS.
 */
export interface HttpDoor {
  readonly name: string;
  /** Whether this door answers the request; the listener asks its doors in order. */
  accepts(request: IncomingMessage): boolean;
  /** Answer it. A rejected promise makes the listener destroy the connection. */
  serve(exchange: Exchange): Promise<void>;
}
