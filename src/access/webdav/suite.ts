import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { filesErrors } from '../../files/errors.ts';
import type { FilePage, FileStat, Files, OpenFile, RangeRequest } from '../../files/files.ts';
import type { Principal } from '../../identity/principal.ts';
import { silentLog } from '../../lib/log.ts';
import { createWebdavDoor } from './webdav-door.ts';

/** A file of the tree in memory. */
export interface MemoryFile {
  readonly bytes: Uint8Array;
  /** As for a file that was never produced: no size, no validator, no digest. */
  readonly isUnknown?: boolean;
  /** The key of a sealed form. */
  readonly key?: OpenFile['key'];
  readonly refusal?: string;
  /** Thrown by open. */
  readonly failure?: Error;
  /** Thrown by the body after so many bytes; `wait` never goes on instead. */
  readonly breaksAt?: { readonly offset: number; readonly with: Error | 'wait' | 'end' };
}

/** A port over a tree in memory, and what it saw. */
export interface MemoryFiles extends Files {
  /** Calls that reached the port: `open /a/b`. */
  readonly calls: string[];
  /** Bodies that were begun and not yet ended or left. */
  openBodies(): number;
  put(path: string, file: MemoryFile): void;
}

const modifiedMs = Date.UTC(2024, 5, 13, 10, 15, 0);
/** Small, so that a body is many chunks; all chunks share one piece of memory. */
const chunkBytes = 16_384;

/** Make it; directories are those that the paths imply. */
export function memoryFiles(tree: Readonly<Record<string, MemoryFile>>): MemoryFiles {
  const files = new Map(Object.entries(tree));
  const calls: string[] = [];
  const bodies = { open: 0 };

  const find = (path: string): MemoryFile | undefined => {
    const file = files.get(path);
    const prefix = path === '/' ? '/' : `${path}/`;
    const isDirectory = path === '/' || [...files.keys()].some((key) => key.startsWith(prefix));
    if (file === undefined && !isDirectory) throw filesErrors.create('FILES_NOT_FOUND');
    return file;
  };

  const unsupported = (): Promise<never> =>
    Promise.reject(filesErrors.create('FILES_STAGE_UNKNOWN'));

  return {
    calls,
    openBodies: () => bodies.open,
    put: (path, file) => files.set(path, file),
    async stat(_caller, path) {
      calls.push(`stat ${path}`);
      return statOf(path, find(path));
    },
    async list(_caller, path, { cursor, limit }) {
      calls.push(`list ${path}`);
      if (find(path) !== undefined) throw filesErrors.create('FILES_NOT_A_DIRECTORY');
      return pageOf(childrenOf([...files.keys()], path), { path, cursor, limit, find });
    },
    async open(_caller, path, request) {
      calls.push(`open ${path}`);
      const file = find(path);
      if (file === undefined) throw filesErrors.create('FILES_IS_A_DIRECTORY');
      if (file.failure !== undefined) throw file.failure;
      return openOf(path, { file, request, bodies });
    },
    stage: unsupported,
    staged: unsupported,
    release: unsupported,
  };
}

function statOf(path: string, file: MemoryFile | undefined): FileStat {
  const isKnown = file !== undefined && file.isUnknown !== true;
  const digest = (name: string): string =>
    createHash(name)
      .update(file?.bytes ?? '')
      .digest('hex');
  return {
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    kind: file === undefined ? 'directory' : 'file',
    size: file === undefined ? 0 : isKnown ? file.bytes.length : undefined,
    etag: isKnown ? `"${digest('sha256').slice(0, 32)}"` : undefined,
    createdMs: modifiedMs,
    modifiedMs,
    locality: file?.refusal === undefined ? 'NEARLINE' : 'NONE',
    contentType: 'application/dicom',
    digests: isKnown
      ? { 'sha-256': digest('sha256'), md5: digest('md5'), adler32: '0a1b2c3d' }
      : {},
    refusal: file?.refusal,
  };
}

function childrenOf(paths: readonly string[], path: string): string[] {
  const prefix = path === '/' ? '/' : `${path}/`;
  const names = paths
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length).split('/')[0] ?? '');
  return [...new Set(names)].toSorted();
}

function pageOf(
  names: readonly string[],
  about: {
    readonly path: string;
    readonly cursor: string | undefined;
    readonly limit: number;
    readonly find: (path: string) => MemoryFile | undefined;
  },
): FilePage {
  const { path, cursor, limit, find } = about;
  const rest = cursor === undefined ? names : names.filter((name) => name > cursor);
  const shown = rest.slice(0, limit);
  const entries = shown.map((name) => {
    const child = path === '/' ? `/${name}` : `${path}/${name}`;
    return statOf(child, find(child));
  });
  return { entries, next: rest.length > limit ? shown.at(-1) : undefined };
}

function openOf(
  path: string,
  about: {
    readonly file: MemoryFile;
    readonly request: Parameters<Files['open']>[2];
    readonly bodies: { open: number };
  },
): OpenFile {
  const { file, request, bodies } = about;
  const isCurrent = request.ifRange === undefined || request.ifRange === statOf(path, file).etag;
  const span = isCurrent ? spanOf(request.range, file.bytes.length) : undefined;
  const { offset, length } = span ?? { offset: 0, length: file.bytes.length };
  const stat = file.isUnknown === true ? { ...file, isUnknown: false } : file;
  return {
    stat: statOf(path, stat),
    range: span,
    length,
    key: file.key,
    body: bodyOf(file, { offset, length, bodies, signal: request.signal }),
  };
}

function spanOf(
  range: RangeRequest | undefined,
  size: number,
): { readonly offset: number; readonly length: number } | undefined {
  if (range === undefined) return undefined;
  const offset = range.kind === 'suffix' ? Math.max(0, size - range.length) : range.first;
  const end = range.kind === 'suffix' ? size : Math.min(size, (range.last ?? size) + 1);
  if (offset >= end) {
    throw filesErrors.create('FILES_RANGE_NOT_SATISFIABLE', { context: { size } });
  }
  return { offset, length: end - offset };
}

async function* bodyOf(
  file: MemoryFile,
  about: {
    readonly offset: number;
    readonly length: number;
    readonly bodies: { open: number };
    readonly signal: AbortSignal | undefined;
  },
): AsyncGenerator<Uint8Array, void, void> {
  const { bodies, signal } = about;
  const end = about.offset + about.length;
  const lent = new Uint8Array(chunkBytes);
  bodies.open += 1;
  try {
    for (let offset = about.offset; offset < end; offset += chunkBytes) {
      if (file.breaksAt !== undefined && offset >= file.breaksAt.offset) {
        if (file.breaksAt.with === 'end') return;
        if (file.breaksAt.with !== 'wait') throw file.breaksAt.with;
        await aborted(signal);
      }
      const part = file.bytes.subarray(offset, Math.min(end, offset + chunkBytes));
      lent.set(part);
      yield lent.subarray(0, part.length);
    }
  } finally {
    bodies.open -= 1;
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

const caller: Principal = {
  subject: 'token:https://issuer.example#ada',
  groups: [],
  method: 'token',
  expiresMs: Number.MAX_SAFE_INTEGER,
};

/** The door on a loopback port. `Bearer good` is a caller, any other token is refused. */
export async function serveDoor(
  owner: { readonly after: (callback: () => void | Promise<void>) => void },
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
      code: 'IDENTITY_TOKEN_EXPIRED',
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
  readonly files: MemoryFiles;
  readonly port: number;
  readonly ask: (method: string, path: string, options?: RequestInit) => Promise<Response>;
}

/** Serve `tree` until `owner` ends. */
export async function openDoor(
  owner: Parameters<typeof serveDoor>[0],
  tree: Readonly<Record<string, MemoryFile>>,
): Promise<DoorBench> {
  const files = memoryFiles(tree);
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
