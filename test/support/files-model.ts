import { evaluate } from '../../src/authz/index.ts';
import type { PolicyEntry, Right } from '../../src/authz/policy.ts';
import { filesErrors } from '../../src/files/errors.ts';
import type {
  FilePage,
  FileStat,
  Files,
  OpenFile,
  StagedFile,
  StageRequest,
} from '../../src/files/files.ts';
import { filesLimits } from '../../src/files/limits.ts';
import { type Form, parseTreePath, type TreePath } from '../../src/files/path.ts';
import { type Span, spanOf } from '../../src/files/range.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { toHex } from '../../src/lib/bytes/bytes.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { type Random, systemRandom } from '../../src/lib/random.ts';
import { recallFailureOf } from '../../src/recall/translate.ts';
import {
  chunksOf,
  contentOf,
  contentTypes,
  formatOf,
  type Growing,
  ModelEntry,
  type ModelFile,
  type ModelGrowth,
} from './model-entry.ts';

export type { ModelFile, ModelGrowth } from './model-entry.ts';

/** A collection of a model's tree. */
export interface ModelCollection {
  /** Default: `open`. */
  readonly delivery?: 'open' | 'sealed';
  /** Default: everyone may list and read. */
  readonly entries?: readonly PolicyEntry[];
}

/** What a model starts with. */
export interface ModelOptions {
  readonly tree: Readonly<Record<string, ModelFile>>;
  /** By path. */
  readonly collections?: Readonly<Record<string, ModelCollection>>;
  readonly clock?: Clock;
  readonly random?: Random;
}

const everyone: readonly PolicyEntry[] = [{ who: 'authenticated', rights: ['list', 'read'] }];
const createdMs = Date.UTC(2024, 0, 2, 3, 4, 5);
const modifiedMs = Date.UTC(2024, 5, 13, 10, 15, 0);
interface Stage {
  readonly caller: string;
  readonly expiresMs: number;
  /** By path as asked. */
  readonly files: Map<string, { released: boolean; failure: string | undefined; polls: number }>;
}

interface Found {
  readonly tree: TreePath;
  /** Undefined: a directory. */
  readonly entry: ModelEntry | undefined;
  readonly may: (right: Right) => boolean;
}

/**
 * The file port in memory, for tests of the doors. It answers nothing that the real port would not:
 * `src/files/suite.ts` is run on both. How recalls go is for the test to say.
 */
export class FilesModel implements Files {
  /** What reached the port: `open /a/b`. */
  readonly calls: string[] = [];
  readonly #files = new Map<string, ModelEntry>();
  readonly #collections: ReadonlyMap<string, ModelCollection>;
  readonly #stages = new Map<string, Stage>();
  readonly #clock: Clock;
  readonly #random: Random;
  #openBodies = 0;

  constructor({ tree, collections = {}, clock, random }: ModelOptions) {
    this.#clock = clock ?? systemClock;
    this.#random = random ?? systemRandom;
    this.#collections = new Map(Object.entries(collections));
    for (const [path, file] of Object.entries(tree)) this.put(path, file);
  }

  /** Bodies that were begun and not yet ended or left. */
  get openBodies(): number {
    return this.#openBodies;
  }

  /** Put a file there, or another content in its place. */
  put(path: string, file: ModelFile): void {
    const { catalogPath, form } = parseTreePath(path);
    const name = catalogPath.slice(catalogPath.lastIndexOf('/') + 1);
    if (
      form === 'sealed' ||
      catalogPath.split('/').length !== 7 ||
      !(formatOf(name) in contentTypes)
    ) {
      throw new Error(`no path of a file: ${path}`);
    }
    this.#files.set(catalogPath, new ModelEntry(file, this.#random));
  }

  /** Drop the replica; what was known of the content stays known. */
  evict(path: string): void {
    const entry = this.#entryAt(path);
    entry.state = 'evicted';
    entry.production = undefined;
  }

  /** The file begins to arrive: a first production, of known size, that the test writes. */
  grow(path: string): ModelGrowth {
    return this.#entryAt(path).grow();
  }

  async stat(caller: Principal, path: string): Promise<FileStat> {
    this.calls.push(`stat ${path}`);
    const found = this.#lookup(caller, path);
    if (!found.may('list') && !found.may('read')) throw filesErrors.create('FILES_FORBIDDEN');
    return this.#describe(found);
  }

  async list(
    caller: Principal,
    path: string,
    page: Parameters<Files['list']>[2],
  ): Promise<FilePage> {
    const { cursor } = page;
    this.calls.push(`list ${path} ${cursor ?? ''}`.trim());
    const found = this.#lookup(caller, path);
    if (!found.may('list')) throw filesErrors.create('FILES_FORBIDDEN');
    if (found.entry !== undefined) throw filesErrors.create('FILES_NOT_A_DIRECTORY');
    const limit = Math.min(Math.max(1, page.limit), filesLimits.pageEntriesMax);
    const names = this.#namesIn(caller, found.tree.path);
    const shown = names.filter((name) => cursor === undefined || name > cursor).slice(0, limit);
    const entries = await Promise.all(
      shown.map((name) => this.#describe(this.#child(caller, found.tree.path, name))),
    );
    return { entries, next: shown.length === limit ? shown.at(-1) : undefined };
  }

  async open(
    caller: Principal,
    path: string,
    request: Parameters<Files['open']>[2],
  ): Promise<OpenFile> {
    this.calls.push(`open ${path}`);
    const { entry, tree, may } = this.#lookup(caller, path);
    if (entry === undefined) throw filesErrors.create('FILES_IS_A_DIRECTORY');
    if (!may('read')) throw filesErrors.create('FILES_FORBIDDEN');
    request.signal?.throwIfAborted();
    const { growing } = entry;
    if (growing === undefined) entry.recall();
    const stat = {
      ...(await this.#describe({ tree, entry, may })),
      ...(await contentOf(entry, { form: tree.form, mayRead: true, growing })),
    };
    const size = stat.size ?? 0;
    const isSame = request.ifRange === undefined || request.ifRange === stat.etag;
    const range = request.range !== undefined && isSame ? spanOf(request.range, size) : undefined;
    const span = range ?? { offset: 0, length: size };
    const source = {
      bytes: tree.form === 'plain' ? entry.given.bytes : (await entry.sealed()).bytes,
      growing,
    };
    return {
      stat,
      range,
      length: span.length,
      key: tree.form === 'sealed' ? entry.key : undefined,
      body: await this.#body(source, { span, entry, signal: request.signal }),
    };
  }

  async stage(
    caller: Principal,
    paths: readonly string[],
    options: { readonly pinLifetimeSeconds: number },
  ): Promise<StageRequest> {
    this.calls.push(`stage ${paths.join(' ')} ${options.pinLifetimeSeconds}`);
    const asked = [...new Set(paths)];
    if (asked.length > filesLimits.stageFilesMax) throw filesErrors.create('FILES_TOO_MANY');
    const seconds = Math.floor(
      Math.min(options.pinLifetimeSeconds, filesLimits.pinLifetimeSecondsMax),
    );
    const stage: Stage = {
      caller: caller.subject,
      expiresMs: this.#clock.nowMs() + (seconds >= 1 ? seconds : 1) * 1000,
      files: new Map(
        asked.map((path) => [path, { released: false, failure: undefined, polls: 0 }]),
      ),
    };
    const token = toHex(this.#random.bytes(16));
    this.#stages.set(token, stage);
    return this.#describeStage(caller, token, stage);
  }

  async staged(caller: Principal, token: string): Promise<StageRequest> {
    this.calls.push(`staged ${token}`);
    const stage = this.#stageOf(caller, token);
    for (const [path, file] of stage.files) {
      file.polls += 1;
      this.#arrive(path, file);
    }
    return this.#describeStage(caller, token, stage);
  }

  async release(
    caller: Principal,
    token: string,
    paths: readonly string[] | undefined,
  ): Promise<StageRequest> {
    this.calls.push(`release ${token}`);
    const stage = this.#stageOf(caller, token);
    for (const path of paths ?? stage.files.keys()) {
      const file = stage.files.get(path);
      if (file !== undefined) file.released = true;
    }
    return this.#describeStage(caller, token, stage);
  }

  #entryAt(path: string): ModelEntry {
    const entry = this.#files.get(parseTreePath(path).catalogPath);
    if (entry === undefined) throw new Error(`no file ${path}`);
    return entry;
  }

  /** What exists for the caller. */
  #lookup(caller: Principal, path: string): Found {
    const tree = parseTreePath(path);
    const entry = this.#files.get(tree.catalogPath);
    const isDirectory = this.#isDirectory(tree.path);
    const { mayKnow, may } = this.#rights(caller, tree.catalogPath);
    const isForm =
      entry === undefined
        ? isDirectory
        : tree.form === 'sealed' || this.#collectionOf(tree.catalogPath)?.delivery !== 'sealed';
    if (!mayKnow || !isForm) throw filesErrors.create('FILES_NOT_FOUND');
    return { tree, entry, may };
  }

  #isDirectory(path: string): boolean {
    const prefix = path === '/' ? '/' : `${path}/`;
    const paths = [...this.#files.keys(), ...this.#collections.keys()];
    return path === '/' || paths.some((one) => one === path || one.startsWith(prefix));
  }

  #collectionOf(path: string): ModelCollection | undefined {
    return this.#collections.get(path.split('/').slice(0, 3).join('/'));
  }

  #rights(
    principal: Principal,
    path: string,
  ): { readonly mayKnow: boolean; readonly may: (right: Right) => boolean } {
    if (path.split('/').length < 3) return { mayKnow: true, may: (right) => right === 'list' };
    const entries = this.#collectionOf(path)?.entries ?? everyone;
    const policy = { id: path, version: 1, entries };
    const decide = (right: Right) =>
      evaluate({ principal, right, policy, nowMs: this.#clock.nowMs() });
    return { mayKnow: decide('list').mayKnowExists, may: (right) => decide(right).allowed };
  }

  #namesIn(caller: Principal, path: string): readonly string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const below = [...this.#files.keys(), ...this.#collections.keys()]
      .filter((one) => one.startsWith(prefix))
      .map((one) => one.slice(prefix.length).split('/')[0] ?? '');
    const names = [...new Set(below)].filter((name) => this.#rights(caller, prefix + name).mayKnow);
    return names.toSorted();
  }

  /** A child in the form in which its collection is delivered. */
  #child(caller: Principal, path: string, name: string): Found {
    const catalogPath = path === '/' ? `/${name}` : `${path}/${name}`;
    const entry = this.#files.get(catalogPath);
    const isSealed = entry !== undefined && this.#collectionOf(catalogPath)?.delivery === 'sealed';
    const { may } = this.#rights(caller, catalogPath);
    const form: Form = isSealed ? 'sealed' : 'plain';
    const shown = isSealed ? `${catalogPath}.c4gh` : catalogPath;
    return { tree: { path: shown, catalogPath, form }, entry, may };
  }

  async #describe({ tree, entry, may }: Found): Promise<FileStat> {
    const shared = {
      path: tree.path,
      name: tree.path.slice(tree.path.lastIndexOf('/') + 1),
      createdMs,
      modifiedMs,
    };
    if (entry === undefined) {
      return {
        ...shared,
        kind: 'directory',
        size: 0,
        etag: undefined,
        locality: 'ONLINE',
        contentType: 'httpd/unix-directory',
        digests: {},
        refusal: undefined,
      };
    }
    const { refusal } = entry.given;
    return {
      ...shared,
      kind: 'file',
      locality:
        refusal !== undefined
          ? 'NONE'
          : entry.state === 'staged'
            ? 'ONLINE_AND_NEARLINE'
            : 'NEARLINE',
      contentType:
        tree.form === 'sealed'
          ? 'application/octet-stream'
          : (contentTypes[formatOf(shared.name)] ?? ''),
      refusal,
      ...(await contentOf(entry, {
        form: tree.form,
        mayRead: may('read'),
        growing: entry.growing,
      })),
    };
  }

  /** A body whose first chunk is there. */
  async #body(
    source: { readonly bytes: Uint8Array; readonly growing: Growing | undefined },
    about: {
      readonly span: Span;
      readonly entry: ModelEntry;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<AsyncIterableIterator<Uint8Array, void, void>> {
    const chunks = chunksOf(source, about);
    this.#openBodies += 1;
    let isOpen = true;
    const close = (): void => {
      if (isOpen) this.#openBodies -= 1;
      isOpen = false;
    };
    const read = async (): Promise<IteratorResult<Uint8Array, void>> => {
      try {
        const next = await chunks.next();
        if (next.done === true) close();
        return next;
      } catch (error) {
        close();
        throw error;
      }
    };
    let first: IteratorResult<Uint8Array, void> | undefined = await read();
    const body: AsyncIterableIterator<Uint8Array, void, void> = {
      async next() {
        const next = first;
        first = undefined;
        return next ?? read();
      },
      async return() {
        close();
        void chunks.return();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => body,
    };
    return body;
  }

  #stageOf(caller: Principal, token: string): Stage {
    const stage = this.#stages.get(token);
    const isTheirs = stage?.caller === caller.subject && stage.expiresMs > this.#clock.nowMs();
    if (stage === undefined || !isTheirs) throw filesErrors.create('FILES_STAGE_UNKNOWN');
    return stage;
  }

  /** What a recall brought meanwhile. */
  #arrive(path: string, file: { polls: number; failure: string | undefined }): void {
    const entry = this.#files.get(parseTreePath(path).catalogPath);
    if (entry === undefined || entry.state === 'staged') return;
    if (file.polls < (entry.given.polls ?? 1)) return;
    try {
      entry.recall();
    } catch (error) {
      file.failure = codeOf(error);
    }
  }

  async #describeStage(caller: Principal, token: string, stage: Stage): Promise<StageRequest> {
    const files = await Promise.all(
      [...stage.files].map(([path, file]) => this.#describeStaged(caller, path, { stage, file })),
    );
    return { token, files };
  }

  async #describeStaged(
    caller: Principal,
    path: string,
    about: {
      readonly stage: Stage;
      readonly file: { readonly released: boolean; failure: string | undefined };
    },
  ): Promise<StagedFile> {
    const { stage, file } = about;
    try {
      const found = this.#lookup(caller, path);
      if (found.entry === undefined) throw filesErrors.create('FILES_IS_A_DIRECTORY');
      if (!found.may('read')) throw filesErrors.create('FILES_FORBIDDEN');
      const { refusal } = found.entry.given;
      file.failure ??= refusal === undefined ? undefined : recallFailureOf(refusal);
      if (file.failure !== undefined) return { path, state: 'failed', failure: file.failure };
      const { size } = await this.#describe(found);
      const { released } = file;
      const pinnedUntilMs = stage.expiresMs;
      if (released) return { path, state: 'released' };
      return found.entry.state === 'staged'
        ? { path, state: 'ready', size: size ?? 0, pinnedUntilMs }
        : { path, state: 'staging' };
    } catch (error) {
      const failure = codeOf(error);
      if (failure === undefined) throw error;
      return { path, state: 'failed', failure };
    }
  }
}
