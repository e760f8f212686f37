import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createWebdavDoor } from '../../src/access/webdav/webdav-door.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { present } from '../../src/lib/assert.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createListener } from '../../src/listener/listener.ts';
import { FilesModel } from './files-model.ts';
import { askRaw, sampleBytes } from './webdav-door.ts';

/** The tree that the rows speak of. */
export const rowFolder = '/site/c/p-1/t-1/s-1';
export const rowFile = `${rowFolder}/i-1.dcm`;
export const rowCold = `${rowFolder}/i-2.dcm`;
export const rowRefused = `${rowFolder}/v-1.nii`;
export const rowBytes = sampleBytes(30_000);

/** What came back, raw. */
export interface RowAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** A request: its first line without the version, further header lines, a body. */
export interface RowRequest {
  readonly line: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly version?: '1.0' | '1.1';
  /** Without the lines that every request has here: Host, Authorization, Connection. */
  readonly bare?: boolean;
}

/** One requirement of a standard: its section, what it says, and how it is seen to be kept. */
export type Row = readonly [
  section: string,
  requirement: string,
  check: (ask: Ask) => Promise<void>,
];

/** Ask the door over a connection of its own. */
export type Ask = (request: RowRequest) => Promise<RowAnswer>;

const caller: Principal = {
  subject: 'token:https://issuer.example#ada',
  groups: [],
  method: 'token',
  expiresMs: Number.MAX_SAFE_INTEGER,
};

/** One test for each row, over the listener and the door as they are composed. */
export function testRows(standard: string, rows: readonly Row[]): void {
  let bench: { readonly ask: Ask; readonly close: () => Promise<void> } | undefined;
  describe(standard, () => {
    before(async () => {
      bench = await openRows();
    });
    after(() => bench?.close());
    for (const [section, requirement, check] of rows) {
      test(`§${section}: ${requirement}`, () => check(present(bench, 'opened before').ask));
    }
  });
}

async function openRows(): Promise<{ readonly ask: Ask; readonly close: () => Promise<void> }> {
  const files = new FilesModel({
    tree: {
      [rowFile]: { bytes: rowBytes },
      [rowCold]: { bytes: rowBytes, state: 'cold', fails: 'RECALL_PACS_UNAVAILABLE' },
      [rowRefused]: { bytes: rowBytes, refusal: 'VOLUME_GANTRY_TILT' },
    },
  });
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    doors: [createWebdavDoor({ files, log: silentLog })],
    clock: systemClock,
    log: silentLog,
    authenticate: ({ authorization }) =>
      Promise.resolve(
        authorization === 'Bearer good'
          ? { kind: 'accepted', principal: caller }
          : { kind: 'anonymous' },
      ),
  });
  const ask: Ask = async ({ line, headers = [], body = '', version = '1.1', bare = false }) => {
    const usual = ['Host: gateway', 'Authorization: Bearer good', 'Connection: close'];
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    const head = [`${line} HTTP/${version}`, ...(bare ? [] : usual), ...headers, ...length];
    return answerOf(await askRaw(listener.port, `${head.join('\r\n')}\r\n\r\n${body}`));
  };
  return { ask, close: () => listener.close() };
}

function answerOf(raw: string): RowAnswer {
  const at = raw.indexOf('\r\n\r\n');
  const [first = '', ...lines] = raw.slice(0, at).split('\r\n');
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1] ?? 0);
  const rest = Buffer.from(raw.slice(at + 4), 'latin1');
  const isChunked = headers.get('transfer-encoding') === 'chunked';
  return { status, headers, body: isChunked ? unchunk(rest) : rest };
}

/** @standard RFC 9112 §7.1 */
function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, end).toString('latin1'), 16);
    assert.ok(end > at && size >= 0, 'a chunk');
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
