/** Names of the tree, as ARCHITECTURE.md and docs/client.md have them: a closed grammar, all ASCII. */

/** 80 bits, or fewer, in lower-case Crockford base32 or hexadecimal. */
const hash = '[0-9a-z]{1,32}';
const label = '[a-z0-9][a-z0-9-]{0,62}';
const number = '[1-9][0-9]{0,5}';

/** What may follow a volume's name, in this order: those that scripts of the field know. */
const volumeSuffix =
  '(?:_e[1-9][0-9]{0,2})?(?:_ph|_real|_imaginary)?(?:_ADC)?(?:_rev)?(?:_Eq|_Tilt|_MoCo)?';
/** By what it was corrected: words that are joined by hyphens. */
const correction = '(?:\\.[a-z]{1,16}(?:-[a-z]{1,16}){0,3})?';
const volumeForm = '(?:nii|nii\\.gz|nrrd|inr|json|bval|bvec|qc\\.json)';

const filePattern = new RegExp(
  `^(?:i-${hash}(?:-[0-9]{4,6})?\\.dcm` +
    `|(?:v-${hash}${volumeSuffix}|volume)${correction}\\.${volumeForm}` +
    '|series\\.zip|receipt\\.json)(?:\\.c4gh)?$',
);

/** By depth: site, collection, patient, study, series. */
const directoryPatterns = [
  new RegExp(`^${label}$`),
  new RegExp(`^${label}(?:@${label})?$`),
  new RegExp(`^p-${hash}$`),
  new RegExp(`^t-${hash}$`),
  new RegExp(`^s-${hash}(?:@${number})?$`),
];

/** Names that some systems take for devices, whatever follows the first dot. */
const devicePattern = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/** Longest name there is, with room for what a part of a transfer is called, in 255 bytes. */
const nameLengthMax = 200;

/** Whether files of a series are called so. */
export function isFileName(name: string): boolean {
  return name.length <= nameLengthMax && filePattern.test(name);
}

/** Whether directories at `depth` are called so: 0 is a site, 4 a series. */
export function isDirectoryName(name: string, depth: number): boolean {
  return directoryPatterns[depth]?.test(name) === true && !devicePattern.test(name);
}

/** How many directories lead to a file. */
export const seriesDepth: number = directoryPatterns.length;

/** Whether a local file may get this name that its user gave: one segment that no terminal and no shell trips over. */
export function isLocalName(name: string): boolean {
  const isSegment = /^[^/\\\p{Cc}\p{Cf}]+$/u.test(name);
  return isSegment && name !== '.' && name !== '..' && Buffer.byteLength(name) <= nameLengthMax;
}

/** The segments of an absolute path of the tree; undefined for any other text. The root has none. */
export function treeSegments(path: string): readonly string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  const segments = path.split('/').filter((segment) => segment !== '');
  const areNames = segments.every((name, depth) =>
    depth < seriesDepth ? isDirectoryName(name, depth) : depth === seriesDepth && isFileName(name),
  );
  return areNames ? segments : undefined;
}
