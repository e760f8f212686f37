import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { callerNamed } from '../../../test/support/files-bench.ts';
import { FilesModel } from '../../../test/support/files-model.ts';
import { filesErrors } from '../../files/index.ts';
import { noProgress } from '../../keys/index.ts';
import { silentLog } from '../../lib/log.ts';
import { createApiDoor } from './api-door.ts';
import { apiErrors } from './errors.ts';
import type { ApiPorts } from './operations.ts';

interface Bench {
  readonly calls: unknown[][];
  readonly files: FilesModel;
  readonly ask: (
    target: string,
    options?: RequestInit & { readonly anonymous?: boolean },
  ) => Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
}

const folder = '/s/c/p-1/t-1/s-1';
const tree = {
  [`${folder}/i-1.dcm`]: { bytes: new Uint8Array(10) },
  [`${folder}/i-2.dcm`]: { bytes: new Uint8Array(10), state: 'cold' },
} as const;

const position = { seq: 3, digest: '0'.repeat(64) };
const spread = { acknowledged: [], leaseExpired: [], quorum: true, shut: true, complete: true };
const ownKey = { keyId: 'own-a', owner: 'user:alice', version: 1, entries: [] };
const ownKeyChange = { ...ownKey, position, spread, quorumMs: 1, completeMs: 2, shutMs: undefined };

/** What the others answer. */
const care = { threshold: 2, feedPosition: 1, servers: [], notes: [] };
const keyCare = { ...care, refreshedSince: 0, refreshBegun: undefined };
const progress = { ...noProgress(), keys: 3, missing: new Map([['hospital', 2]]) };
const job = {
  kind: 'recovery',
  startedMs: 5,
  endedMs: undefined,
  code: undefined,
  progress,
} as const;
const placed = { policy: { id: 'ct', version: 1, entries: [] }, path: '/a' };
const change = {
  ...placed,
  position,
  spread,
  quorumMs: undefined,
  completeMs: undefined,
  shutMs: undefined,
};
const lockRow = { path: '/s/c', fileId: undefined, reason: 'why', by: 'alice', sinceMs: 7 };
const locked = { ...lockRow, position, spread, quorumMs: 1, completeMs: 2, shutMs: undefined };

/** The door over the model of the file port, and others that note how they were called. */
async function open(t: TestContext): Promise<Bench> {
  const calls: unknown[][] = [];
  const note =
    <Answer>(name: string, answer: Answer) =>
    (...args: unknown[]): Promise<Answer> => {
      calls.push([name, ...args.slice(1)]);
      return Promise.resolve(answer);
    };
  const files = new FilesModel({ tree });
  const ports: ApiPorts & { readonly log: typeof silentLog } = {
    files,
    metadata: {
      find: note('find', { entries: [], next: undefined }),
      receipts: () => Promise.reject(filesErrors.create('FILES_NOT_PRODUCED')),
    },
    policy: {
      acl: note('acl', placed),
      grant: note('grant', change),
      revoke: note('revoke', change),
      reconcile: note('reconcile', { seq: 1, digest: '' }),
    },
    ownKeys: {
      register: note('own-key-register', ownKeyChange),
      acl: note('own-key-acl', ownKey),
      change: note('own-key-change', ownKeyChange),
      unregister: note('own-key-unregister', ownKeyChange),
    },
    operators: {
      applyCollection: note('collection-apply', { collection: 'ct', seriesHidden: 3 }),
      lock: note('lock', locked),
      unlock: note('unlock', locked),
      locks: note('locks', [lockRow]),
    },
    keyDesk: {
      status: note('key-status', { ...keyCare, job }),
      recover: note('key-recover', job),
      refresh: note('key-refresh', job),
    },
    status: note('status', {}),
    log: silentLog,
  };
  const door = createApiDoor(ports);
  const server = createServer((request, response) => {
    const caller = request.headers.authorization === undefined ? undefined : callerNamed('alice');
    const { signal } = new AbortController();
    const exchange = { request, response, caller, refusal: undefined, httpg: false, signal };
    assert.ok(door.accepts(request));
    door
      .serve({ ...exchange, requestId: 'r-1', recognise: () => true, refused: () => {} })
      .catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    files,
    async ask(target, { anonymous, ...options } = {}) {
      const headers = {
        ...(anonymous === true ? {} : { authorization: 'Bearer x' }),
        ...(options.headers as object),
      };
      const url = `http://127.0.0.1:${port}/.mdm/v1/${target}`;
      const response = await fetch(url, { ...options, headers });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}

const json = { 'content-type': 'application/json' };
const post = (body: string, headers: Record<string, string> = json): RequestInit => ({
  method: 'POST',
  body,
  headers,
});

test('who is nobody learns nothing, not even which operations there are', async (t) => {
  const { ask, calls, files } = await open(t);
  for (const target of ['stat?path=/', 'nothing', 'grant', '']) {
    const { status, body } = await ask(target, { anonymous: true });
    assert.deepEqual([status, body['code']], [401, 'API_UNAUTHENTICATED'], target);
  }
  assert.deepEqual([...calls, ...files.calls], []);
});

test('an unknown size is absent, never null or 0', async (t) => {
  const { ask } = await open(t);
  const known = (await ask(`stat?path=${folder}/i-1.dcm`)).body;
  assert.equal(known['size'], 10);
  const unknown = (await ask(`stat?path=${folder}/i-2.dcm`)).body;
  assert.equal(unknown['kind'], 'file');
  for (const name of ['size', 'etag']) assert.equal(name in unknown, false, name);
});

test('a path is spelt as for every door: empty segments and a last slash are nothing', async (t) => {
  const { ask, calls } = await open(t);
  const spelt = `//s//c/p-1/t-1/s-1//`;
  assert.equal((await ask(`stat?path=${spelt}`)).body['path'], folder);
  await ask(`find?under=${spelt}`);
  await ask(`acl?path=${spelt}`);
  await ask('revoke', post(JSON.stringify({ path: spelt, who: 'user:x' })));
  const [find, acl, revoke] = calls;
  assert.deepEqual(find?.[1], { under: folder, conditions: [], after: undefined, limit: 100 });
  assert.equal(acl?.[1], folder);
  assert.deepEqual(revoke?.[1], { path: folder, who: 'user:x' });
});

test('work on the keys is told in numbers', async (t) => {
  const { ask, calls } = await open(t);
  const job = {
    kind: 'recovery',
    startedMs: 5,
    keys: 3,
    recovered: 0,
    renewed: 0,
    lost: 0,
    missing: [{ server: 'hospital', shares: 2 }],
    failed: [],
    silent: [],
  };
  assert.deepEqual((await ask('key-status')).body['job'], job);
  assert.deepEqual((await ask('key-recover', post('{}'))).body, job);
  assert.deepEqual((await ask('key-refresh', post('{"reason":"due"}'))).body, job);
  assert.deepEqual(calls, [['key-status'], ['key-recover'], ['key-refresh', 'due']]);
});

test('a parameter that cannot be used is named, and reaches nobody', async (t) => {
  const { ask, calls, files } = await open(t);
  const grant = { path: '/a', who: 'user:x', rights: ['read'] };
  const bad: readonly (readonly [string, RequestInit | undefined, string])[] = [
    ['stat', undefined, 'path'],
    ['stat?path=/a&path=/b', undefined, 'path'],
    ['list?path=/&limit=0', undefined, 'limit'],
    ['list?path=/&limit=-1', undefined, 'limit'],
    ['list?path=/&limit=1.5', undefined, 'limit'],
    ['list?path=/&limit=0x10', undefined, 'limit'],
    ['list?path=/&limit=%201', undefined, 'limit'],
    ['list?path=/&limit=', undefined, 'limit'],
    ['list?path=/&limit=1&limit=2', undefined, 'limit'],
    ['list?path=/&limit=99999999999999999999', undefined, 'limit'],
    ['receipts?path=/&first=0', undefined, 'end'],
    ['receipts?path=/&end=1', undefined, 'first'],
    ['receipts?path=/&first=-1&end=1', undefined, 'first'],
    ['receipts?path=/&first=0.5&end=1', undefined, 'first'],
    ['receipts?path=/&first=1&end=1', undefined, 'end'],
    ['receipts?path=/&first=0&end=9999999999999999', undefined, 'end'],
    ['find?under=/&where=Modality', undefined, 'where'],
    ['find?under=/&where==CT', undefined, 'where'],
    ['find?under=/&where=__proto__=1', undefined, 'where'],
    [`find?under=/&where=Modality=${'x'.repeat(257)}`, undefined, 'where'],
    [`find?under=/${'&where=Rows=1'.repeat(21)}`, undefined, 'where'],
    ['stage', post('{}'), 'paths'],
    ['stage', post('{"paths":[]}'), 'paths'],
    ['stage', post('{"paths":["/a",5]}'), 'paths'],
    ['stage', post('{"paths":["/a"],"lifetimeSeconds":0}'), 'lifetimeSeconds'],
    ['release', post('{"token":["a","b"]}'), 'token'],
    ['grant', post('{"path":"/a"'), 'body'],
    ['grant', post('[]'), 'body'],
    ['grant', post('null'), 'body'],
    ['grant', post(JSON.stringify(grant), { 'content-type': 'text/plain' }), 'content-type'],
    ['grant', post(JSON.stringify({ ...grant, who: 5 })), 'who'],
    ['grant', post(JSON.stringify({ ...grant, rights: ['all'] })), 'rights'],
    ['grant', post(JSON.stringify({ ...grant, rights: [['read']] })), 'rights'],
    ['grant', post(JSON.stringify({ ...grant, expiresMs: null })), 'expiresMs'],
    ['grant', post(JSON.stringify({ ...grant, expiresMs: true })), 'expiresMs'],
    ['grant', post(JSON.stringify({ ...grant, path: 'x'.repeat(70_000) })), 'body'],
  ];
  for (const [target, options, name] of bad) {
    const { status, body } = await ask(target, options);
    assert.deepEqual([status, body['code']], [400, 'API_PARAMETER_INVALID']);
    const said = `${apiErrors.rows.API_PARAMETER_INVALID.meaning} (${name}`;
    assert.ok(String(body['meaning']).startsWith(said), `${said}: ${String(body['meaning'])}`);
  }
  assert.deepEqual([...calls, ...files.calls], []);
});

test('a good call arrives as it was meant', async (t) => {
  const { ask, calls } = await open(t);
  const expiresMs = 1_800_000_000_000;
  const grant = { path: '/a', who: 'user:x', rights: ['read'], expiresMs };
  const type = { 'content-type': 'application/json; charset=utf-8' };
  assert.equal((await ask('grant', post(JSON.stringify(grant), type))).status, 200);
  const { path, ...entry } = grant;
  assert.deepEqual(calls[0]?.slice(0, 2), ['grant', { path, entry }]);
  await ask('find?under=/&where=Modality=CT&where=Rows>=256&where=SeriesDescription~*lung*');
  const asked = calls[1]?.[1] as { conditions: unknown } | undefined;
  assert.deepEqual(asked?.conditions, [
    { keyword: 'Modality', operator: '=', value: 'CT' },
    { keyword: 'Rows', operator: '>=', value: 256 },
    { keyword: 'SeriesDescription', operator: 'like', value: '*lung*' },
  ]);
});

test('an operation is asked for with its method', async (t) => {
  const { ask } = await open(t);
  for (const [target, method] of [
    ['grant', 'GET'],
    ['stat?path=/', 'POST'],
    ['constructor', 'GET'],
    ['stat/', 'GET'],
  ] as const) {
    const { status, body } = await ask(target, { method });
    assert.deepEqual([status, body['code']], [404, 'API_OPERATION_UNKNOWN'], target);
  }
});
