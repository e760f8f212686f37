import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createWebdavDoor } from '../../src/access/webdav/webdav-door.ts';
import type { Files } from '../../src/files/files.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { silentLog } from '../../src/lib/log.ts';
import { FilesModel, type ModelFile } from './files-model.ts';
import type { Owner } from './owner.ts';

const caller: Principal = {
  subject: 'token:https://issuer.example#ada',
  groups: [],
  method: 'token',
  expiresMs: Number.MAX_SAFE_INTEGER,
};

/** The door on a loopback port. `Bearer good` is a caller, any other token is refused. */
export async function serveDoor(
  owner: Owner,
  files: Files,
): Promise<{ readonly port: number; readonly url: string }> {
  const door = createWebdavDoor({ files, log: silentLog });
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('the client has left'));
    });
    const { authorization } = request.headers;
    const refusal = {
      code: 'IDENTITY_EXPIRED',
      explanation: 'The "token" ended\n yesterday.',
    };
    door
      .serve({
        request,
        response,
        caller: authorization === 'Bearer good' ? caller : undefined,
        refusal: authorization?.startsWith('Bearer bad') === true ? refusal : undefined,
        httpg: false,
        signal: gone.signal,
        requestId: 'request-1',
        recognise: () => true,
        refused: () => {},
      })
      .catch(() => request.socket.destroy());
  };
  const server = createServer(serve).on('checkContinue', serve);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  owner.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}` };
}

/** The only credential that `serveDoor` accepts. */
export const goodAuthorization = 'Bearer good';

/** A door over a tree, and the way to ask it as the accepted caller. */
export interface DoorBench {
  readonly files: FilesModel;
  readonly port: number;
  readonly ask: (method: string, path: string, options?: RequestInit) => Promise<Response>;
}

/** Serve `tree` until `owner` ends. */
export async function openDoor(
  owner: Owner,
  tree: Readonly<Record<string, ModelFile>>,
): Promise<DoorBench> {
  const files = new FilesModel({ tree });
  const { port, url } = await serveDoor(owner, files);
  return {
    files,
    port,
    ask: (method, path, options = {}) => {
      const headers = { authorization: goodAuthorization, ...(options.headers as object) };
      return fetch(`${url}${path}`, { ...options, method, headers, redirect: 'error' });
    },
  };
}

/** The raw answer to raw bytes, until the server closes. */
export function askRaw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.once('close', () => resolve(text));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
    socket.end(request, 'latin1');
  });
}

/** Bytes that differ from place to place. */
export function sampleBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7) ^ (index >> 8));
}
