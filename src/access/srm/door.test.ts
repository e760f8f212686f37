import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { FilesModel } from '../../../test/support/files-model.ts';
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
const folder = '/s/c/p-1/t-1/s-1';
const ready = `${folder}/i-1.dcm`;
const slow = `${folder}/v-1.nii.gz`;
const broken = `${folder}/v-2.nii`;
const full = `${folder}/v-3.nii`;
const defaultFiles = (): FilesModel =>
  new FilesModel({
    tree: {
      [ready]: { bytes },
      [slow]: { bytes, state: 'cold' },
      [broken]: { bytes, state: 'cold', fails: 'RECALL_LOST' },
      [full]: { bytes, state: 'cold', fails: 'RECALL_STORAGE_FULL' },
    },
  });

interface CallOptions {
  readonly files?: Files;
  readonly caller?: Principal | undefined;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limits?: typeof accessLimits;
  readonly raw?: string;
  /** Gets the codes that are noted for the audit. */
  readonly refusals?: string[];
}

function createCaller(files: Files = defaultFiles(), limits = accessLimits) {
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
      refused: (code) => options.refusals?.push(code),
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
    const anonymous = await call(operation, surls(ready), { caller: undefined });
    assert.deepEqual(codes(anonymous), ['SRM_AUTHENTICATION_FAILURE'], operation);
  }
  assert.match(await call('srmPing', ''), /<versionInfo>v2\.2</);
});

test('writes are refused as not authorized, the rest as not supported', async () => {
  const call = createCaller();
  for (const operation of ['srmMkdir', 'srmRmdir', 'srmRm', 'srmMv', 'srmPrepareToPut']) {
    const reply = await call(operation, surls(ready));
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

test('of a stranger nothing is read as XML but a ping of at most 16 KiB', async () => {
  const call = createCaller();
  const stranger = { caller: undefined };
  const unclosed = `<s:srmLs xmlns:s="x"><${'a'.repeat(10)}`;
  const refused = await call('', '', { ...stranger, raw: unclosed });
  assert.deepEqual(codes(refused), ['SRM_AUTHENTICATION_FAILURE'], 'malformed, but who would know');
  assert.match(await call('', '', { ...stranger, raw: '<x/>' }), /ACCESS_SRM_UNAUTHENTICATED/);
  const long = await call('srmPing', ' '.repeat(17_000), stranger);
  assert.match(long, /ACCESS_SRM_UNAUTHENTICATED/);
  const headers = { 'content-length': '17000' };
  assert.match(await call('srmPing', '', { ...stranger, headers }), /ACCESS_SRM_UNAUTHENTICATED/);
  assert.match(await call('srmPing', '', stranger), /<versionInfo>v2\.2</);
  const disguised = `<!--<srmPing>--><E:Envelope xmlns:E="${envelopeNamespace}" xmlns:s="${srmNamespace}"><E:Body><s:srmLs/></E:Body></E:Envelope>`;
  const unmasked = await call('', '', { ...stranger, raw: disguised });
  assert.deepEqual(codes(unmasked), ['SRM_AUTHENTICATION_FAILURE']);
});

test('srmLs tells what is known and leaves out a size that is not', async () => {
  const call = createCaller();
  const known = await call('srmLs', `${surls(ready)}<numOfLevels>0</numOfLevels>`);
  assert.deepEqual(codes(known), ['SRM_SUCCESS', 'SRM_SUCCESS']);
  assert.equal(valueOf(known, 'size'), '10');
  assert.equal(valueOf(known, 'lastModificationTime'), '2024-06-13T10:15:00Z');
  const unknown = await call('srmLs', `${surls(slow)}<numOfLevels>0</numOfLevels>`);
  assert.equal(valueOf(unknown, 'size'), undefined);
  assert.equal(valueOf(unknown, 'fileLocality'), 'NEARLINE');
});

test('srmLs names what it cannot find, file by file', async () => {
  const call = createCaller();
  assert.deepEqual(codes(await call('srmLs', surls('/absent'))), [
    'SRM_FAILURE',
    'SRM_INVALID_PATH',
  ]);
  const mixed = await call('srmLs', `${surls(ready, '/absent')}<numOfLevels>0</numOfLevels>`);
  assert.deepEqual(codes(mixed), ['SRM_PARTIAL_SUCCESS', 'SRM_SUCCESS', 'SRM_INVALID_PATH']);
  for (const bad of ['<numOfLevels>2</numOfLevels>', '<numOfLevels>x</numOfLevels>']) {
    assert.deepEqual(codes(await call('srmLs', surls(folder) + bad)), ['SRM_INVALID_REQUEST'], bad);
  }
  assert.deepEqual(codes(await call('srmLs', '')), ['SRM_INVALID_REQUEST']);
  const many = surls(...Array.from({ length: 1001 }, () => '/s'));
  assert.deepEqual(codes(await call('srmLs', many)), ['SRM_INVALID_REQUEST']);
});

test('srmLs pages by offset and count, in any order, without rescans', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `f${String(index).padStart(2, '0')}.dcm`);
  const files = new FilesModel({
    tree: Object.fromEntries(names.map((name) => [`${folder}/${name}`, { bytes }])),
  });
  const call = createCaller(files, { ...accessLimits, lsEntriesMax: 10 });
  assert.deepEqual(codes(await call('srmLs', surls(folder))), [
    'SRM_TOO_MANY_RESULTS',
    'SRM_TOO_MANY_RESULTS',
  ]);
  const page = async (offset: number, count: number): Promise<readonly string[]> => {
    const window = `<offset>${offset}</offset><count>${count}</count>`;
    const reply = await call('srmLs', surls(folder) + window);
    return [...reply.matchAll(/<path>[^<]*\/(f\d+\.dcm)</g)].map(([, name]) => name ?? '');
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
  assert.deepEqual(lists, [`list ${folder} f09.dcm`]);
  assert.deepEqual(codes(await call('srmLs', `${surls(folder)}<count>11</count>`)).slice(0, 1), [
    'SRM_TOO_MANY_RESULTS',
  ]);
});

test('a file is pinned when it is ready, with its exact size and a TURL', async () => {
  const call = createCaller();
  const pinned = await call('srmPrepareToGet', requests(ready));
  assert.deepEqual(codes(pinned), ['SRM_SUCCESS', 'SRM_FILE_PINNED']);
  assert.equal(valueOf(pinned, 'transferURL'), `https://h:8443${ready}`);
  assert.equal(valueOf(pinned, 'fileSize'), '10');

  const asked = await call('srmPrepareToGet', requests(slow));
  assert.deepEqual(codes(asked), ['SRM_REQUEST_INPROGRESS', 'SRM_REQUEST_INPROGRESS']);
  assert.equal(valueOf(asked, 'transferURL'), undefined);
  assert.equal(valueOf(asked, 'fileSize'), undefined);
  const token = `<requestToken>${valueOf(asked, 'requestToken')}</requestToken>`;
  const later = await call('srmStatusOfGetRequest', token);
  assert.deepEqual(codes(later), ['SRM_SUCCESS', 'SRM_FILE_PINNED']);
  assert.equal(valueOf(later, 'sourceSURL'), `srm://h${slow}`);
  assert.equal(valueOf(later, 'fileSize'), '10');
  const released = await call('srmReleaseFiles', token + surls(slow));
  assert.deepEqual(codes(released), ['SRM_SUCCESS', 'SRM_SUCCESS']);
  assert.deepEqual(codes(await call('srmReleaseFiles', token)), ['SRM_SUCCESS']);
  assert.deepEqual(codes(await call('srmAbortRequest', token)), ['SRM_SUCCESS']);
  assert.deepEqual(codes(await call('srmStatusOfGetRequest', token)), [
    'SRM_SUCCESS',
    'SRM_RELEASED',
  ]);
});

test('the SURL of a reply is spelt as the client spelt it', async () => {
  const call = createCaller();
  const spelt = `srm://h:8446/srm/managerv2?SFN=${slow.replaceAll('/', '//')}`;
  const request = `<arrayOfFileRequests><requestArray><sourceSURL>${spelt}</sourceSURL></requestArray></arrayOfFileRequests>`;
  const first = await call('srmPrepareToGet', request);
  assert.equal(valueOf(first, 'sourceSURL'), spelt);
  const token = `<requestToken>${valueOf(first, 'requestToken')}</requestToken>`;
  const later = await call('srmStatusOfGetRequest', token);
  assert.equal(valueOf(later, 'sourceSURL'), spelt);
  assert.equal(valueOf(later, 'transferURL'), `https://h:8443${slow}`);
});

test('failures of a request are told file by file, and as a whole', async () => {
  const call = createCaller();
  const later = async (...paths: readonly string[]): Promise<readonly string[]> => {
    const asked = await call('srmPrepareToGet', requests(...paths));
    const token = `<requestToken>${valueOf(asked, 'requestToken')}</requestToken>`;
    return codes(await call('srmStatusOfGetRequest', token));
  };
  assert.deepEqual(await later(ready, '/absent', broken), [
    'SRM_PARTIAL_SUCCESS',
    'SRM_FILE_PINNED',
    'SRM_INVALID_PATH',
    'SRM_FILE_LOST',
  ]);
  assert.deepEqual(await later(full), ['SRM_FAILURE', 'SRM_NO_FREE_SPACE']);
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
  const files = defaultFiles();
  const call = createCaller(files);
  const protocols = (...names: readonly string[]): string =>
    `<transferParameters><arrayOfTransferProtocols>${names
      .map((name) => `<stringArray>${name}</stringArray>`)
      .join('')}</arrayOfTransferProtocols></transferParameters>`;
  const no = await call('srmPrepareToGet', requests(ready) + protocols('gsiftp', 'rfio'));
  assert.deepEqual(codes(no), ['SRM_NOT_SUPPORTED']);
  assert.deepEqual(files.calls, []);
  const yes = await call('srmPrepareToGet', requests(ready) + protocols('gsiftp', 'https'));
  assert.deepEqual(codes(yes), ['SRM_SUCCESS', 'SRM_FILE_PINNED']);
});

test('a failure of ours is a status without its text, never SRM_INTERNAL_ERROR', async () => {
  const files = defaultFiles();
  files.stat = () => Promise.reject(new Error('secret'));
  const reply = await createCaller(files)('srmLs', surls(ready));
  assert.deepEqual(codes(reply), ['SRM_FAILURE']);
  assert.ok(!reply.includes('secret'));
  assert.match(reply, /request r1/);
});

test('what is refused is noted by its code, of each file; what only is not ready is not', async () => {
  const call = createCaller();
  const refusals: string[] = [];
  await call('srmLs', surls('/none', ready), { refusals });
  await call('srmPrepareToGet', requests(slow, '/none/too', broken), { refusals });
  assert.deepEqual(refusals.splice(0), ['FILES_NOT_FOUND', 'FILES_NOT_FOUND']);
  await call('srmLs', surls(ready), { caller: undefined, refusals });
  await call('srmPing', '', { caller: undefined, refusals });
  assert.deepEqual(refusals, ['ACCESS_SRM_UNAUTHENTICATED']);
});
