import { crc32 } from 'node:zlib';
import { filesErrors } from '../../src/files/errors.ts';
import type { FileStat, Files, StagedFile } from '../../src/files/files.ts';
import { present } from '../../src/lib/assert.ts';

/** A file of the tree that the clients see. */
export interface BenchFile {
  readonly bytes: Uint8Array;
  /** Whether the size is told before the file is staged. */
  readonly sizeKnown?: boolean;
  /** How often its state is asked for until it is ready. */
  readonly pollsUntilReady?: number;
  /** What staging ends in, instead of a ready file. */
  readonly failure?: string;
  /** How many bytes are served before reading fails. */
  readonly breaksAfter?: number;
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
        yield file.bytes.subarray(0, file.breaksAfter);
        if (file.breaksAfter !== undefined) throw new Error('the recall failed');
      })();
      return {
        stat: statOf(path),
        range: undefined,
        length: file.bytes.length,
        key: undefined,
        body,
      };
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
