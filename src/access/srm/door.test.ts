import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createBenchFiles } from '../../../test/interop/srm-tree.ts';
import type { Files } from '../../files/files.ts';
import type { Principal } from '../../identity/principal.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { accessLimits } from '../limits.ts';
import { createSrmDoor } from './door.ts';
import { operations } from './operations/index.ts';
import { envelopeNamespace, srmNamespace } from './soap/reader.ts';

const alice: Principal = {
  subject: 'x509:/CN=Alice',
  groups: [],
  method: 'certificate',
  expiresMs: Number.MAX_SAFE_INTEGER,
};

const bytes = new Uint8Array(10);
const defaultTree = new Map([
  ['/s/a.dcm', { bytes }],
  ['/s/slow', { bytes, sizeKnown: false, pollsUntilReady: 1 }],
  ['/s/broken', { bytes, failure: 'RECALL_LOST' }],
  ['/s/full', { bytes, failure: 'RECALL_STORAGE_FULL' }],
]);

interface CallOptions {
  readonly files?: Files;
  readonly caller?: Principal | undefined;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limits?: typeof accessLimits;
  readonly raw?: string;
}

function createCaller(files: Files = createBenchFiles(defaultTree), limits = accessLimits) {
  const door = createSrmDoor({
    files,
    clock: systemClock,
    log: silentLog,
    limits,
    transfer: { port: 8443 },
  });
  return async (operation: string, parameters: string, options: CallOptions = {}) => {
    const xml = `<E:Envelope xmlns:E="${envelopeNamespace}" xmlns:s="${srmNamespace}"><E:Body><s:${operation}><${operation}Request>${parameters}</${operation}Request></s:${operation}></E:Body></E:Envelope>`;
    const request = new IncomingMessage(new Socket());
    request.method = options.method ?? 'POST';
    request.url = '/srm/managerv2';
    request.headers = { ...options.headers };
    request.push(options.raw ?? xml);
    request.push(null);
    const response = new ServerResponse(request);
    const sink = new PassThrough();
    const chunks: Buffer[] = [];
    sink.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.assignSocket(sink as never);
    await door.serve({
      request,
      response,
      caller: 'caller' in options ? options.caller : alice,
      refusal: undefined,
      httpg: true,
      signal: new AbortController().signal,
      requestId: 'r1',
      recognise: () => true,
    });
    const text = Buffer.concat(chunks).toString();
    return text.slice(text.indexOf('\r\n\r\n') + 4);
  };
}

const surls = (...paths: readonly string[]): string =>
  `<arrayOfSURLs>${paths.map((path) => `<urlArray>srm://h${path}</urlArray>`).join('')}</arrayOfSURLs>`;
const requests = (...paths: readonly string[]): string =>
  `<arrayOfFileRequests>${paths
    .map((path) => `<requestArray><sourceSURL>srm://h${path}</sourceSURL></requestArray>`)
    .join('')}</arrayOfFileRequests>`;
const codes = (reply: string): readonly string[] =>
  [...reply.matchAll(/<statusCode>(\w+)</g)].map(([, code]) => code ?? '');
const valueOf = (reply: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)<`).exec(reply)?.[1];

test('every operation of the protocol has an answer, and unauthenticated callers get one', async () => {
  const call = createCaller();
  for (const operation of Object.keys(operations)) {
    const reply = await call(operation, '');
    assert.ok(reply.includes(`<srm:${operation}Response>`), operation);
    if (operation === 'srmPing') continue;
    assert.equal(codes(reply).length, 1, reply);
    const anonymous = await call(operation, surls('/s/a.dcm'), { caller: undefined });
    assert.deepEqual(codes(anonymous), ['SRM_AUTHENTICATION_FAILURE'], operation);
  }
  assert.match(await call('srmPing', ''), /<versionInfo>v2\.2</);
});

test('writes are refused as not authorized, the rest as not supported', async () => {
  const call = createCaller();
  for (const operation of ['srmMkdir', 'srmRmdir', 'srmRm', 'srmMv', 'srmPrepareToPut']) {
    const reply = await call(operation, surls('/s/a.dcm'));
    assert.deepEqual(codes(reply), ['SRM_AUTHORIZATION_FAILURE'], operation);
  }
  assert.deepEqual(codes(await call('srmGetSpaceTokens', '')), ['SRM_NOT_SUPPORTED']);
});

test('what is no call is answered with a fault', async () => {
  const call = createCaller();
  assert.match(await call('srmFormatDisk', ''), /<soap:Fault>/);
  assert.match(await call('__proto__', ''), /<soap:Fault>/);
  assert.match(await call('', '', { raw: '<x/>' }), /ACCESS_SOAP_MALFORMED/);
  const headers = { 'content-length': '2000000' };
  assert.match(await call('srmPing', '', { headers }), /ACCESS_BODY_TOO_LONG/);
  const raw = ' '.repeat(1_100_000);
  assert.match(await call('srmPing', '', { raw }), /ACCESS_BODY_TOO_LONG/);
});

test('srmLs tells what is known and leaves out a size that is not', async () => {
  const call = createCaller();
  const known = await call('srmLs', `${surls('/s/a.dcm')}<numOfLevels>0</numOfLevels>`);
  assert.deepEqual(codes(known), ['SRM_SUCCESS', 'SRM_SUCCESS']);
  assert.equal(valueOf(known, 'size'), '10');
  assert.equal(valueOf(known, 'checkSumValue'), '000a0001');
  assert.equal(valueOf(known, 'lastModificationTime'), '2021-06-06T07:08:09Z');
  const unknown = await call('srmLs', `${surls('/s/slow')}<numOfLevels>0</numOfLevels>`);
  assert.equal(valueOf(unknown, 'size'), undefined);
  assert.equal(valueOf(unknown, 'checkSumValue'), undefined);
  assert.equal(valueOf(unknown, 'fileLocality'), 'NEARLINE');
});

test('srmLs names what it cannot find, file by file', async () => {
  const call = createCaller();
  assert.deepEqual(codes(await call('srmLs', surls('/absent'))), [
    'SRM_FAILURE',
    'SRM_INVALID_PATH',
  ]);
  const mixed = await call('srmLs', `${surls('/s/a.dcm', '/absent')}<numOfLevels>0</numOfLevels>`);
  assert.deepEqual(codes(mixed), ['SRM_PARTIAL_SUCCESS', 'SRM_SUCCESS', 'SRM_INVALID_PATH']);
  for (const bad of ['<numOfLevels>2</numOfLevels>', '<numOfLevels>x</numOfLevels>']) {
    assert.deepEqual(codes(await call('srmLs', surls('/s') + bad)), ['SRM_INVALID_REQUEST'], bad);
  }
  assert.deepEqual(codes(await call('srmLs', '')), ['SRM_INVALID_REQUEST']);
  const many = surls(...Array.from({ length: 1001 }, () => '/s'));
  assert.deepEqual(codes(await call('srmLs', many)), ['SRM_INVALID_REQUEST']);
});

test('srmLs pages by offset and count, in any order, without rescans', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `f${String(index).padStart(2, '0')}`);
  const files = createBenchFiles(new Map(names.map((name) => [`/d/${name}`, { bytes }])));
  const call = createCaller(files, { ...accessLimits, lsEntriesMax: 10 });
  assert.deepEqual(codes(await call('srmLs', surls('/d'))), [
    'SRM_TOO_MANY_RESULTS',
    'SRM_TOO_MANY_RESULTS',
  ]);
  const page = async (offset: number, count: number): Promise<readonly string[]> => {
    const window = `<offset>${offset}</offset><count>${count}</count>`;
    const reply = await call('srmLs', surls('/d') + window);
    return [...reply.matchAll(/<path>\/d\/(f\d+)</g)].map(([, name]) => name ?? '');
  };
  for (const [offset, count] of [
    [0, 10],
    [10, 10],
    [20, 10],
    [3, 4],
    [24, 10],
    [25, 10],
    [99, 1],
  ] as const) {
    assert.deepEqual(await page(offset, count), names.slice(offset, offset + count));
  }
  const before = files.calls.length;
  await page(10, 10);
  const lists = files.calls.slice(before).filter((each) => each.startsWith('list'));
  assert.deepEqual(lists, ['list /d 10']);
  assert.deepEqual(codes(await call('srmLs', `${surls('/d')}<count>11</count>`)).slice(0, 1), [
    'SRM_TOO_MANY_RESULTS',
  ]);
});

test('a file is pinned when it is ready, with its exact size and a TURL', async () => {
  const call = createCaller();
  const ready = await call('srmPrepareToGet', requests('/s/a.dcm'));
  assert.deepEqual(codes(ready), ['SRM_SUCCESS', 'SRM_FILE_PINNED']);
  assert.equal(valueOf(ready, 'transferURL'), 'https://h:8443/s/a.dcm');
  assert.equal(valueOf(ready, 'fileSize'), '10');

  const slow = await call('srmPrepareToGet', requests('/s/slow'));
  assert.deepEqual(codes(slow), ['SRM_REQUEST_INPROGRESS', 'SRM_REQUEST_INPROGRESS']);
  assert.equal(valueOf(slow, 'transferURL'), undefined);
  const token = `<requestToken>${valueOf(slow, 'requestToken')}</requestToken>`;
  const later = await call('srmStatusOfGetRequest', token);
  assert.deepEqual(codes(later), ['SRM_SUCCESS', 'SRM_FILE_PINNED']);
  assert.equal(valueOf(later, 'sourceSURL'), 'srm://h/s/slow');
  const released = await call('srmReleaseFiles', token + surls('/s/slow'));
  assert.deepEqual(codes(released), ['SRM_SUCCESS', 'SRM_SUCCESS']);
  assert.deepEqual(codes(await call('srmReleaseFiles', token)), ['SRM_SUCCESS']);
  assert.deepEqual(codes(await call('srmAbortRequest', token)), ['SRM_SUCCESS']);
  assert.deepEqual(codes(await call('srmStatusOfGetRequest', token)), [
    'SRM_SUCCESS',
    'SRM_RELEASED',
  ]);
});

test('a ready file without a size is not ready for SRM', async () => {
  const files = createBenchFiles(defaultTree);
  const stage: Files['stage'] = async (...given) => {
    const request = await files.stage(...given);
    return { ...request, files: request.files.map((file) => ({ ...file, size: undefined })) };
  };
  const reply = await createCaller({ ...files, stage })('srmPrepareToGet', requests('/s/a.dcm'));
  assert.deepEqual(codes(reply), ['SRM_REQUEST_INPROGRESS', 'SRM_REQUEST_INPROGRESS']);
});

test('the SURL of a reply is spelt as the client spelt it', async () => {
  const call = createCaller();
  const spelt = 'srm://h:8446/srm/managerv2?SFN=//s//slow';
  const request = `<arrayOfFileRequests><requestArray><sourceSURL>${spelt}</sourceSURL></requestArray></arrayOfFileRequests>`;
  const first = await call('srmPrepareToGet', request);
  assert.equal(valueOf(first, 'sourceSURL'), spelt);
  const token = `<requestToken>${valueOf(first, 'requestToken')}</requestToken>`;
  const later = await call('srmStatusOfGetRequest', token);
  assert.equal(valueOf(later, 'sourceSURL'), spelt);
  assert.equal(valueOf(later, 'transferURL'), 'https://h:8443/s/slow');
});

test('failures of a request are told file by file, and as a whole', async () => {
  const call = createCaller();
  const mixed = await call('srmPrepareToGet', requests('/s/a.dcm', '/absent', '/s/broken'));
  assert.deepEqual(codes(mixed), [
    'SRM_PARTIAL_SUCCESS',
    'SRM_FILE_PINNED',
    'SRM_INVALID_PATH',
    'SRM_FILE_LOST',
  ]);
  const failed = await call('srmPrepareToGet', requests('/s/full'));
  assert.deepEqual(codes(failed), ['SRM_FAILURE', 'SRM_NO_FREE_SPACE']);
  const bad = await call(
    'srmPrepareToGet',
    '<arrayOfFileRequests><requestArray><sourceSURL>x</sourceSURL></requestArray></arrayOfFileRequests>',
  );
  assert.deepEqual(codes(bad), ['SRM_FAILURE', 'SRM_INVALID_PATH']);
  const stranger = '<requestToken>nobody</requestToken>';
  for (const operation of ['srmStatusOfGetRequest', 'srmReleaseFiles', 'srmAbortRequest']) {
    assert.deepEqual(codes(await call(operation, stranger)), ['SRM_INVALID_REQUEST'], operation);
    assert.deepEqual(codes(await call(operation, '')), ['SRM_INVALID_REQUEST'], operation);
  }
});

test('a client that does not speak https is told so before anything is staged', async () => {
  const files = createBenchFiles(defaultTree);
  const call = createCaller(files);
  const protocols = (...names: readonly string[]): string =>
    `<transferParameters><arrayOfTransferProtocols>${names
      .map((name) => `<stringArray>${name}</stringArray>`)
      .join('')}</arrayOfTransferProtocols></transferParameters>`;
  const no = await call('srmPrepareToGet', requests('/s/a.dcm') + protocols('gsiftp', 'rfio'));
  assert.deepEqual(codes(no), ['SRM_NOT_SUPPORTED']);
  assert.deepEqual(files.calls, []);
  const yes = await call('srmPrepareToGet', requests('/s/a.dcm') + protocols('gsiftp', 'https'));
  assert.deepEqual(codes(yes), ['SRM_SUCCESS', 'SRM_FILE_PINNED']);
});

test('a failure of ours is a status without its text, never SRM_INTERNAL_ERROR', async () => {
  const files = {
    ...createBenchFiles(defaultTree),
    stat: () => Promise.reject(new Error('secret')),
  };
  const reply = await createCaller(files)('srmLs', surls('/s/a.dcm'));
  assert.deepEqual(codes(reply), ['SRM_FAILURE']);
  assert.ok(!reply.includes('secret'));
  assert.match(reply, /request r1/);
});
