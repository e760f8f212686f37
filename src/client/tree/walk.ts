import type { StatAnswer } from '../api/answers.ts';
import type { MdmApi } from '../api/mdm-api.ts';
import { clientErrors } from '../errors.ts';
import { isDirectoryName, isFileName, seriesDepth, treeSegments } from './entry-name.ts';
import { isHopeless } from './hopeless.ts';

/** A file to fetch. Every name in it is one of the tree. */
export interface WantedFile {
  readonly path: string;
  /** Of the directories that it is in, from the site on. */
  readonly folders: readonly string[];
  /** Its own; where the server says which name is unique to the file, that one. */
  readonly name: string;
  /** Only its archive has it. */
  readonly isNearline: boolean;
}

/** What cannot be fetched, and why. */
export interface Unwalked {
  readonly path: string;
  readonly error: Error;
}

export type Walked = WantedFile | Unwalked;

/** Where a walk asks. */
export interface WalkPorts {
  readonly api: MdmApi;
  readonly signal: AbortSignal;
}

/** A path to fetch: a file, or with `recursive` all that is listed below a directory. */
export interface Source {
  readonly path: string;
  readonly recursive: boolean;
}

/**
 * The files of `sources`, page by page as they are listed. What cannot be walked is told in its
 * place and ends nothing else. @throws what no other path would fare better with
 */
export async function* walk(
  ports: WalkPorts,
  sources: AsyncIterable<Source>,
): AsyncGenerator<Walked, void, void> {
  for await (const source of sources) yield* guarded(source.path, () => walkSource(ports, source));
}

/** Series that a search finds. */
export async function* findSources(
  { api, signal }: WalkPorts,
  query: { readonly under: string; readonly where: readonly string[] },
): AsyncGenerator<Source, void, void> {
  let after: string | undefined;
  do {
    const more = after === undefined ? {} : { after };
    const page = await api.find({ ...query, ...more }, signal);
    for (const { path } of page.entries) yield { path, recursive: true };
    after = nextPage(page.next, after);
  } while (after !== undefined);
}

/** A page leads on; a server that stays where it is would be asked for ever. */
export function nextPage(next: string | undefined, before: string | undefined): string | undefined {
  if (next === undefined || next !== before) return next;
  throw clientErrors.create('CLIENT_PROTOCOL', { message: 'a page that leads to itself' });
}

async function* guarded(path: string, work: () => AsyncGenerator<Walked>): AsyncGenerator<Walked> {
  try {
    yield* work();
  } catch (error) {
    if (!(error instanceof Error) || isHopeless(error)) throw error;
    yield { path, error };
  }
}

async function* walkSource(ports: WalkPorts, source: Source): AsyncGenerator<Walked> {
  const segments = treeSegments(source.path);
  if (segments === undefined) throw noName(source.path);
  const path = `/${segments.join('/')}`;
  const stat = await ports.api.stat(path, ports.signal);
  if (stat.kind !== 'directory') yield wantedOf(stat, path, segments);
  else if (source.recursive) yield* walkDirectory(ports, segments);
  else throw clientErrors.create('CLIENT_IS_A_DIRECTORY');
}

async function* walkDirectory(
  ports: WalkPorts,
  segments: readonly string[],
): AsyncGenerator<Walked> {
  const path = `/${segments.join('/')}`;
  let cursor: string | undefined;
  do {
    const page = await ports.api.list(path, cursor, ports.signal);
    for (const entry of page.entries) yield* walkEntry(ports, segments, entry);
    cursor = nextPage(page.next, cursor);
  } while (cursor !== undefined);
}

/** Its path is made of its name: the path that the server says is not needed, so not believed. */
async function* walkEntry(
  ports: WalkPorts,
  above: readonly string[],
  entry: StatAnswer,
): AsyncGenerator<Walked> {
  const { name } = entry;
  const segments = [...above, name];
  const path = `/${segments.join('/')}`;
  const isDirectory = entry.kind === 'directory';
  const isName = isDirectory
    ? isDirectoryName(name, above.length)
    : above.length === seriesDepth && isFileName(name);
  if (!isName) yield { path: `/${above.join('/')}`, error: noName(name) };
  else if (isDirectory) yield* guarded(path, () => walkDirectory(ports, segments));
  else yield wantedOf(entry, path, segments);
}

/** A file asked for as `volume.nii` may have a name that no other file has. */
function wantedOf(stat: StatAnswer, path: string, segments: readonly string[]): WantedFile {
  const asked = segments.at(-1) ?? '';
  const name = isOtherNameOf(asked, stat.name) ? stat.name : asked;
  if (segments.length !== seriesDepth + 1) throw noName(path);
  return { path, folders: segments.slice(0, -1), name, isNearline: stat.locality === 'NEARLINE' };
}

/** Whether `name`, which a server says, is a file's unique name where `asked` is the one of every volume. */
export function isOtherNameOf(asked: string, name: string): boolean {
  const form = asked.slice('volume'.length);
  return asked.startsWith('volume.') && isFileName(name) && name.endsWith(form);
}

/** Quoted, so that it can be shown; a name that is none may hold anything. */
function noName(text: string): Error {
  return clientErrors.create('CLIENT_NAME', { message: JSON.stringify(text.slice(0, 100)) });
}
