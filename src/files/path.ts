import { filesErrors } from './errors.ts';
import { filesLimits } from './limits.ts';

/** A path of the tree, checked. */
export interface TreePath {
  /** Normalised: absolute, no trailing slash but for the root. */
  readonly path: string;
  /** The same without the `.c4gh` of the sealed form: what the catalog knows. */
  readonly catalogPath: string;
  readonly form: Form;
}

/** A file as it is, or sealed. */
export type Form = 'plain' | 'sealed';

/** Suffix of the sealed form of any file. */
export const sealedSuffix = '.c4gh';

/**
 * One segment: what names of the tree and of home folders are made of. Lower case but for the
 * suffixes of volumes that scripts of the field know so.
 */
const segmentPattern = /^[a-z0-9@_](?:[a-z0-9@.-]|_(?:(?:ADC|Eq|Tilt|MoCo)(?=[._]))?)*$/;

/**
 * A path without empty segments and without a slash at its end, which add nothing: grid tools make
 * them where they join a prefix and a path. The one place where doors and port agree on it.
 */
export function withoutEmptySegments(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
}

/**
 * Check a path as a door gives it, decoded once. Names are ASCII, lower case (but for `_ADC` and its
 * like) and never start with a dot, so `..`, hidden names, control characters and encodings cannot be expressed.
 *
 * @throws FILES_PATH_INVALID
 */
export function parseTreePath(text: string): TreePath {
  if (!text.startsWith('/') || text.length > filesLimits.pathLengthMax) throw invalid();
  const path = withoutEmptySegments(text);
  if (path === '/') return { path: '/', catalogPath: '/', form: 'plain' };
  const segments = path.slice(1).split('/');
  if (segments.length > filesLimits.pathDepthMax) throw invalid();
  if (!segments.every((segment) => segmentPattern.test(segment))) throw invalid();
  const form = path.endsWith(sealedSuffix) ? 'sealed' : 'plain';
  const catalogPath = form === 'sealed' ? path.slice(0, -sealedSuffix.length) : path;
  return { path, catalogPath, form };
}

/** The path of `name` in the directory at `path`. */
export function childPath(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

function invalid(): Error {
  return filesErrors.create('FILES_PATH_INVALID');
}
