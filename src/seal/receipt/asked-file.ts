import { sealErrors } from '../errors.ts';
import type { AliasStatement } from './alias-statement.ts';
import type { StatedFile, VersionStatement } from './version-statement.ts';

/** A file of a collection as somebody asks for it. */
export interface AskedFile {
  readonly site: string;
  readonly collection: string;
  /** `p-<H>/t-<H>/s-<H>/<file>`, without the suffix of its sealed form; the file may be an alias. */
  readonly name: string;
  /** The number that `@<n>` after the series asks for. */
  readonly version: number | undefined;
}

/** Stands before the suffix where a series has one stack. */
const aliasStem = 'volume.';

/**
 * Which file a path asks for: without what adds nothing (empty segments) and what is no part of its
 * name (the sealed form, `@<n>`). Undefined where it is no file of a series.
 */
export function askedFileOf(path: string): AskedFile | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  if (!path.startsWith('/') || segments.length !== 6) return undefined;
  const [site = '', collection = '', patient, study, numbered = '', last = ''] = segments;
  const [, series, version] = /^(s-[0-9a-z]{1,32})(?:@([1-9][0-9]{0,8}))?$/.exec(numbered) ?? [];
  if (series === undefined) return undefined;
  const file = last.replace(/\.c4gh$/, '');
  return {
    site,
    collection,
    name: [patient, study, series, file].join('/'),
    version: version === undefined ? undefined : Number(version),
  };
}

/**
 * What was stated is of the file that was asked for, by its name, by that of the one stack, or by an
 * old name that the same producer states.
 * @throws SEAL_RECEIPT_OTHER_FILE
 */
export function checkAsked(
  asked: AskedFile,
  version: Pick<VersionStatement, keyof StatedFile | 'stacks' | 'version'>,
  alias?: AliasStatement,
): void {
  const name = renamed(asked, alias);
  const isSame =
    asked.site === version.site &&
    asked.collection === version.collection &&
    (name === version.name || isOneStack(name, version)) &&
    (asked.version === undefined || asked.version === version.version);
  if (!isSame) throw sealErrors.create('SEAL_RECEIPT_OTHER_FILE');
}

/** `volume.<suffix>` asks for the file with that suffix of the only stack. */
function isOneStack(
  name: string,
  { name: stated, stacks }: Pick<VersionStatement, 'name' | 'stacks'>,
): boolean {
  const [folder, file] = splitLast(name);
  const [statedFolder, statedFile] = splitLast(stated);
  if (stacks !== 1 || folder !== statedFolder || !file.startsWith(aliasStem)) return false;
  const [stem = ''] = /^v-[0-9a-z]{1,32}(?:_[A-Za-z0-9]{1,16}){0,8}\./.exec(statedFile) ?? [];
  return stem !== '' && file.slice(aliasStem.length) === statedFile.slice(stem.length);
}

function renamed(asked: AskedFile, alias: AliasStatement | undefined): string {
  const { name, site, collection } = asked;
  if (alias === undefined || alias.site !== site || alias.collection !== collection) return name;
  return name.startsWith(`${alias.from}/`) ? alias.to + name.slice(alias.from.length) : name;
}

function splitLast(name: string): readonly [folder: string, file: string] {
  const slash = name.lastIndexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
}
