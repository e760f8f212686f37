import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Owner } from './owner.ts';

/** One request as a dishonest party keeps it, with what the honest one behind it answered. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly answer: { readonly headers: IncomingHttpHeaders; readonly body: string };
}

/** A party that does its work and keeps all that it is shown. */
export interface Recorder {
  readonly url: string;
  readonly requests: readonly Recorded[];
}

/** Stand before the service at `target` (plain HTTP on loopback). Bodies are held whole. */
export async function startRecorder(owner: Owner, target: string): Promise<Recorder> {
  const requests: Recorded[] = [];
  const server = createServer((incoming, response) => {
    const { method = '', url: path = '', headers } = incoming;
    const relay = async (): Promise<void> => {
      const body = await buffer(incoming);
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      const outgoing = request(new URL(path, target), { method, headers }, resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
      const got = await promise;
      const bytes = await buffer(got);
      const answer = { headers: got.headers, body: bytes.toString('latin1') };
      requests.push({ method, path, headers, body: body.toString('latin1'), answer });
      response.writeHead(got.statusCode ?? 500, got.headers).end(bytes);
    };
    relay().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  owner.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}
