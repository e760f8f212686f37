import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import timers from 'node:timers';
import { createApiDoor } from '../../src/access/api/api-door.ts';
import type { ApiPorts } from '../../src/access/api/operations.ts';
import { createWebdavDoor } from '../../src/access/webdav/webdav-door.ts';
import { MdmApi } from '../../src/client/api/mdm-api.ts';
import { noMemory } from '../../src/client/memory/memory.ts';
import { type GetPorts, type GetRequest, getFile } from '../../src/client/open/get-file.ts';
import { createNodeTransport } from '../../src/client/open/node-transport.ts';
import { type FetchedKeys, type KeyServers, keysErrors } from '../../src/keys/index.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { Sensitive } from '../../src/lib/sensitive.ts';
import { pinProducers } from '../../src/seal/index.ts';
import {
  type BenchCollection,
  callerNamed,
  type FilesBench,
  openFilesBench,
} from './files-bench.ts';
import type { Owner } from './owner.ts';
import { tempFolder } from './temp.ts';

const alice = callerNamed('alice');

/** Changes an answer on its way, as a broken or lying gateway would. */
export type Lie = (request: IncomingMessage, response: ServerResponse) => void;

/** As `getFile` takes them; the target as a path. */
export type GetOptions = Partial<Omit<GetRequest, 'target'>> & { readonly target?: string };

/** A place that its user knows by the same path. */
export const placeOf = (path: string): GetRequest['target'] => ({ path, shown: path });

/** A client and a gateway with real doors, over HTTP on a free port. */
export interface ClientBench extends FilesBench {
  readonly ports: GetPorts;
  readonly target: string;
  readonly folder: string;
  /** Range headers of the reads so far. */
  readonly ranges: (string | undefined)[];
  lie: Lie;
  get(path: string, options?: GetOptions): Promise<Awaited<ReturnType<typeof getFile>>>;
}

/** A clock whose waits are over at once, for what only paces. */
const hasty = (clock: Clock): Clock => {
  let passedMs = 0;
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => passedMs,
    schedule(delayMs, callback) {
      passedMs += delayMs;
      const handle = timers.setImmediate(callback);
      return { cancel: () => timers.clearImmediate(handle) };
    },
  };
};

/** Open it, for alice. */
export async function openClientBench(
  t: Owner,
  collections: readonly BenchCollection[],
  options: { readonly sizeBytes?: number } = {},
): Promise<ClientBench> {
  const files = await openFilesBench(t, collections, options);
  const ranges: (string | undefined)[] = [];
  const state = { lie: (() => undefined) as Lie };
  const ports = { ...files, log: silentLog };
  const api = createApiDoor(ports as unknown as typeof ports & ApiPorts); // no test changes policies
  const webdav = createWebdavDoor({ files: files.files, log: silentLog });
  const server = createServer((request, response) => {
    const door = api.accepts(request) ? api : webdav;
    if (door === webdav) ranges.push(request.headers.range);
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('left')));
    const exchange = { request, response, caller: alice, refusal: undefined, httpg: false };
    state.lie(request, response);
    if (response.writableEnded) return;
    door
      .serve({
        ...exchange,
        signal: gone.signal,
        requestId: 'r-1',
        recognise: () => true,
        refused: () => {},
      })
      .catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const transport = createNodeTransport({ token: () => 'secret' });
  t.after(() => {
    transport.close();
    server.closeAllConnections();
    server.close();
  });
  const folder = await tempFolder(t);
  const target = join(folder, 'result');
  const getPorts: GetPorts = {
    api: new MdmApi(transport, `http://127.0.0.1:${port}`),
    keyServers: keyServersOf(files),
    credential: { for: () => ({ kind: 'token', token: new Sensitive('secret') }) },
    pinned: pinProducers([{ publicKey: files.producerKey, fromMs: 0 }]),
    memory: noMemory(),
    clock: hasty(files.clock),
  };
  return Object.assign(state, {
    ...files,
    ports: getPorts,
    target,
    folder,
    ranges,
    get: (path: string, options: GetOptions = {}) =>
      getFile(getPorts, {
        path,
        keepSealed: false,
        force: false,
        ...options,
        target: placeOf(options.target ?? target),
      }),
  });
}

function keyServersOf(files: FilesBench): KeyServers {
  const fetch: KeyServers['fetch'] = (wanted) => {
    const keys = new Map<string, Uint8Array>();
    const failures = new Map<string, Error>();
    for (const { keyId } of wanted) {
      const key = files.privateKeys.get(keyId);
      if (key === undefined) failures.set(keyId, keysErrors.create('KEYS_FORBIDDEN'));
      else keys.set(keyId, key.slice());
    }
    return Promise.resolve({ keys, failures } as unknown as FetchedKeys); // only these are read
  };
  return { fetch } as unknown as KeyServers; // nothing else is called
}
