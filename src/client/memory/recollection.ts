import type { AskedFile, VersionStatement } from '../../seal/index.ts';
import { clientErrors } from '../errors.ts';

/** What is remembered of a file: the last that was proven of it. */
export interface SeenVersion {
  readonly guid: string;
  readonly version: number;
  /** SHA-256 of the plaintext, 64 hex digits. */
  readonly digest: string;
  /** Of the statement, UTC ms. */
  readonly timeMs: number;
}

/**
 * How what is shown stands to what is remembered: `none` there is no memory, `first` nothing is
 * remembered of it, `same` version, `newer` version, an older one that was `asked` for by its number,
 * `another` file under that name since, made later.
 */
export type Recollection = 'none' | 'first' | 'same' | 'newer' | 'asked' | 'another';

/** What a statement says that is to be remembered. */
export function seenOf({ guid, version, plaintextSha256, time }: VersionStatement): SeenVersion {
  return { guid, version, digest: plaintextSha256, timeMs: Date.parse(time) };
}

/**
 * Hold what is shown of a file against what is remembered of it.
 * @throws CLIENT_VERSION_OLDER, CLIENT_VERSION_TWICE, CLIENT_IDENTITY_OLDER
 */
export function recollect(
  known: SeenVersion | undefined,
  shown: SeenVersion,
  asked: Pick<AskedFile, 'version'>,
): Exclude<Recollection, 'none'> {
  if (known === undefined) return 'first';
  const message = `version ${shown.version} of ${instant(shown)}; seen before: version ${known.version} of ${instant(known)}`;
  if (shown.guid !== known.guid) {
    if (shown.timeMs > known.timeMs) return 'another';
    throw clientErrors.create('CLIENT_IDENTITY_OLDER', { message });
  }
  if (shown.version > known.version) return 'newer';
  if (shown.version === known.version) {
    if (shown.digest === known.digest) return 'same';
    throw clientErrors.create('CLIENT_VERSION_TWICE', { message });
  }
  if (asked.version === shown.version) return 'asked';
  throw clientErrors.create('CLIENT_VERSION_OLDER', { message });
}

/** Whether this is to be remembered in place of what is: never what is older. */
export function isToRemember(known: SeenVersion | undefined, shown: SeenVersion): boolean {
  if (known === undefined) return true;
  return shown.guid === known.guid ? shown.version > known.version : shown.timeMs > known.timeMs;
}

function instant({ timeMs }: SeenVersion): string {
  return new Date(timeMs).toISOString();
}
