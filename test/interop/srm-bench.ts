import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { HttpDoor } from '../../src/access/door.ts';
import { createListener } from '../../src/access/listener/listener.ts';
import { createSrmDoor } from '../../src/access/srm/door.ts';
import { filesErrors } from '../../src/files/errors.ts';
import type { FileStat, Files, StagedFile } from '../../src/files/files.ts';
import { createAuthenticate } from '../../src/identity/authenticate.ts';
import { createChainValidator } from '../../src/identity/chain/validator.ts';
import { openTrustDirectory } from '../../src/identity/trust/trust-directory.ts';
import { present } from '../../src/lib/assert.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { type GridCertificates, makeGridCertificates } from '../support/certificates.ts';
import { type Finished, runChild } from '../support/child.ts';
import type { Owner } from '../support/owner.ts';
import { tempFolder } from '../support/temp.ts';

/** A file of the tree that the clients see. */
export interface BenchFile {
  readonly bytes: Uint8Array;
  /** Whether the size is told before the file is staged. */
  readonly sizeKnown?: boolean;
  /** How often its state is asked for until it is ready. */
  readonly pollsUntilReady?: number;
  /** What staging ends in, instead of a ready file. */
  readonly failure?: string;
  /** Who may read; everybody who may list when absent. */
  readonly readers?: readonly string[];
}

/**
 * An in-memory tree behind the `Files` port, which lets the tests choose what a recall would do.
 * Everything in front of the port is the real thing: TLS, httpg, certificates, SOAP, clients.
 */
export function createBenchFiles(tree: ReadonlyMap<string, BenchFile>): Files & {
  readonly calls: string[];
} {
  const calls: string[] = [];
  const requests = new Map<string, { paths: Map<string, 'held' | 'released'>; polls: number }>();
  const ready = new Set<string>();
  const fileAt = (path: string): BenchFile | undefined => tree.get(path);
  const isDirectory = (path: string): boolean =>
    path === '/' || [...tree.keys()].some((each) => each.startsWith(`${path}/`));
  const statOf = (path: string): FileStat => {
    const file = fileAt(path);
    if (file === undefined && !isDirectory(path)) throw filesErrors.create('FILES_NOT_FOUND');
    const known = file !== undefined && (file.sizeKnown !== false || ready.has(path));
    return {
      path,
      name: path.split('/').at(-1) ?? '',
      kind: file === undefined ? 'directory' : 'file',
      size: file === undefined ? 0 : known ? file.bytes.length : undefined,
      etag: undefined,
      createdMs: Date.UTC(2020, 0, 2, 3, 4, 5),
      modifiedMs: Date.UTC(2021, 5, 6, 7, 8, 9),
      locality: file === undefined || ready.has(path) ? 'ONLINE_AND_NEARLINE' : 'NEARLINE',
      contentType: 'application/octet-stream',
      digests: file !== undefined && known ? { adler32: adler32(file.bytes) } : {},
      refusal: undefined,
    };
  };
  const mayRead = (file: BenchFile, subject: string): boolean =>
    file.readers === undefined || file.readers.includes(subject);
  const stagedOf = (path: string, token: string, subject: string): StagedFile => {
    const request = present(requests.get(token), 'known');
    const file = fileAt(path);
    const refused =
      file === undefined
        ? 'FILES_NOT_FOUND'
        : mayRead(file, subject)
          ? undefined
          : 'FILES_FORBIDDEN';
    const failure = refused ?? file?.failure;
    const isReady = failure === undefined && request.polls >= (file?.pollsUntilReady ?? 0);
    if (isReady) ready.add(path);
    const held = request.paths.get(path) === 'held';
    const state =
      failure !== undefined ? 'failed' : !held ? 'released' : isReady ? 'ready' : 'staging';
    return {
      path,
      state,
      failure,
      size: isReady ? file?.bytes.length : undefined,
      pinnedUntilMs: isReady ? Date.now() + 600_000 : undefined,
    };
  };
  const describe = (token: string, subject: string) => {
    const request = requests.get(token);
    if (request === undefined) throw filesErrors.create('FILES_STAGE_UNKNOWN');
    return {
      token,
      files: [...request.paths.keys()].map((path) => stagedOf(path, token, subject)),
    };
  };
  return {
    calls,
    async stat(_caller, path) {
      calls.push(`stat ${path}`);
      return statOf(path);
    },
    async list(_caller, path, { cursor, limit }) {
      calls.push(`list ${path} ${cursor ?? ''}`.trim());
      if (!isDirectory(path)) throw filesErrors.create('FILES_NOT_A_DIRECTORY');
      const prefix = path === '/' ? '/' : `${path}/`;
      const below = [...tree.keys()].filter((each) => each.startsWith(prefix));
      const names = [
        ...new Set(below.map((each) => each.slice(prefix.length).split('/')[0] ?? '')),
      ].toSorted();
      const start = Number(cursor ?? 0);
      const page = names.slice(start, start + limit);
      const next = start + limit < names.length ? String(start + limit) : undefined;
      return { entries: page.map((name) => statOf(prefix + name)), next };
    },
    async open(caller, path) {
      calls.push(`open ${path}`);
      const file = fileAt(path);
      if (file === undefined) throw filesErrors.create('FILES_NOT_FOUND');
      if (!mayRead(file, caller.subject)) throw filesErrors.create('FILES_FORBIDDEN');
      const body = (async function* () {
        yield file.bytes;
      })();
      return { stat: statOf(path), range: undefined, length: file.bytes.length, body };
    },
    async stage(caller, paths, { pinLifetimeSeconds }) {
      calls.push(`stage ${paths.join(' ')} ${pinLifetimeSeconds}`);
      const token = `t${requests.size}`;
      requests.set(token, { paths: new Map(paths.map((path) => [path, 'held'])), polls: 0 });
      return describe(token, caller.subject);
    },
    async staged(caller, token) {
      calls.push(`staged ${token}`);
      const request = requests.get(token);
      if (request !== undefined) request.polls += 1;
      return describe(token, caller.subject);
    },
    async release(caller, token, paths) {
      calls.push(`release ${token}`);
      const request = requests.get(token);
      for (const path of paths ?? request?.paths.keys() ?? []) {
        if (request?.paths.has(path) === true) request.paths.set(path, 'released');
      }
      return describe(token, caller.subject);
    },
  };
}

/** Adler-32 as eight hex digits. */
export function adler32(bytes: Uint8Array): string {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return (b * 65_536 + a).toString(16).padStart(8, '0');
}

/** Bytes that differ from place to place, the same for the same seed. */
export function benchBytes(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += 4) {
    new DataView(bytes.buffer).setUint8(offset, crc32(Uint8Array.of(seed, offset, offset >> 8)));
  }
  return bytes;
}

/** The least of an HTTPS door for the bytes: HEAD and GET of whole files. */
function createGetDoor(files: Files): HttpDoor {
  return {
    name: 'bytes',
    accepts: (request) => !(request.url ?? '').startsWith('/srm/'),
    async serve({ request, response, caller, signal }) {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'https://x').pathname);
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405).end();
      } else if (caller === undefined) {
        response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();
      } else {
        const opened = await files.open(caller, path, {
          range: undefined,
          ifRange: undefined,
          signal,
        });
        const chunks: Uint8Array[] = [];
        for await (const chunk of opened.body) chunks.push(chunk);
        const bytes = Buffer.concat(chunks);
        const md5 = createHash('md5').update(bytes).digest('base64');
        const wanted = String(request.headers['want-digest'] ?? '').toLowerCase();
        const digest = wanted === 'md5' ? { Digest: `md5=${md5}` } : {};
        response.writeHead(200, { 'Content-Length': bytes.length, ...digest });
        response.end(request.method === 'HEAD' ? undefined : bytes);
      }
    },
  };
}

function rewriting(door: HttpDoor, rewrite: (xml: string) => string = (xml) => xml): HttpDoor {
  return {
    ...door,
    serve(exchange) {
      const { response } = exchange;
      const end = response.end.bind(response) as (body: string) => typeof response;
      response.writeHead = ((status: number) => {
        response.statusCode = status;
        return response;
      }) as typeof response.writeHead;
      response.end = ((body: Buffer) => end(rewrite(body.toString()))) as typeof response.end;
      return door.serve(exchange);
    },
  };
}

export interface SrmBench {
  readonly files: ReturnType<typeof createBenchFiles>;
  readonly grid: GridCertificates;
  readonly folder: string;
  readonly port: number;
  /** The full SURL of a site path. */
  surl(path: string): string;
  /** Run a grid command as Alice, or with other variables. */
  run(
    command: readonly [string, ...string[]],
    env?: Readonly<Record<string, string>>,
  ): Promise<Finished>;
}

/** An empty variable is not the same as none to these clients. */
const withoutOthers = ['env', '-u', 'X509_USER_PROXY', '-u', 'BEARER_TOKEN'] as const;

/** A listener with the SRM door, real certificates, and a tree of files. */
export async function openSrmBench(
  owner: Owner,
  tree: Readonly<Record<string, BenchFile>>,
  options: {
    /** Change what the door answers, to learn what clients make of it. */
    readonly rewrite?: (xml: string) => string;
  } = {},
): Promise<SrmBench> {
  const folder = await tempFolder(owner);
  const grid = await makeGridCertificates(folder);
  const files = createBenchFiles(new Map(Object.entries(tree)));
  const trust = await openTrustDirectory({
    path: grid.trustDirectory,
    clock: systemClock,
    log: silentLog,
  });
  owner.after(() => trust.close());
  const srm = createSrmDoor({ files, clock: systemClock, log: silentLog });
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: { key: readFileSync(grid.hostKeyPath), cert: readFileSync(grid.hostCertPath) },
    doors: [rewriting(srm, options.rewrite), createGetDoor(files)],
    authenticate: createAuthenticate({
      chains: createChainValidator({ trust, clock: systemClock }),
    }),
    clock: systemClock,
    log: silentLog,
  });
  owner.after(() => listener.close());
  const environment = {
    X509_CERT_DIR: grid.trustDirectory,
    X509_USER_CERT: grid.userCertPath,
    X509_USER_KEY: grid.userKeyPath,
    GFAL_PYTHONBIN: '/usr/bin/python3',
  };
  return {
    files,
    grid,
    folder,
    port: listener.port,
    surl: (path) => `srm://localhost:${listener.port}/srm/managerv2?SFN=${path}`,
    run: (command, env = {}) =>
      runChild([...withoutOthers, ...command], { env: { ...environment, ...env } }),
  };
}
