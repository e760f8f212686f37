import type { ByteStream } from '../../lib/streams/byte-stream.ts';

/** One HTTP request of the client. */
export interface ClientRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** Its answer; `body` throws when the connection ends before the answer does. */
export interface ClientResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ByteStream;
}

/** Sends requests with the caller's credential. Fetch in a browser, node:https where certificates are used. */
export interface ClientTransport {
  send(request: ClientRequest): Promise<ClientResponse>;
  close(): void;
}
