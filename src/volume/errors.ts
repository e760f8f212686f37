import { defineErrors, type ErrorRow } from '../lib/errors/error-table.ts';

const refusal = (
  meaning: string,
  user = 'Read the instances (`i-*.dcm`) of the series instead, where the collection lists them.',
): ErrorRow & { disposition: 'permanent' } => ({
  disposition: 'permanent',
  meaning,
  user,
  operator: 'Nothing to do: the images are as the scanner made them.',
});

/**
 * Why a stack of instances cannot be a volume without inventing something. Where several reasons hold
 * for a stack, the first row of these is given, so that a reason does not depend on what came first.
 */
export const volumeErrors = defineErrors('volume', {
  VOLUME_NOT_AN_IMAGE: refusal(
    'An instance has no image pixel description (no rows, columns or bits).',
    'Nothing to do: the instance is withheld too. The others can be read.',
  ),
  VOLUME_FACT_NOT_KEPT: refusal(
    'An element that says how pixels are read, scaled or placed is there but cannot be read.',
    'Nothing to do: the instance is withheld too (DEID_FACT_NOT_KEPT). The others can be read.',
  ),
  VOLUME_VALUES_UNPROVEN: refusal(
    'The values of the pixels cannot be proven: Pixel Representation is absent, or one of Rescale Slope and Intercept, or both where images of this kind must have them, or where other slices have other ones.',
  ),
  VOLUME_MULTI_FRAME: refusal(
    'An instance holds several frames, and no functional groups say of each where it lies.',
  ),
  VOLUME_MOSAIC: refusal(
    'An instance is a grid: several slices tiled in one image (a mosaic, VFRAME).',
    'Nothing to do: its instances are withheld too (DEID_GRID), because programs would misread them.',
  ),
  VOLUME_COMPRESSED: refusal(
    'The pixel data are compressed in a way that nothing here decodes: another transfer syntax.',
  ),
  VOLUME_NO_GEOMETRY: refusal(
    'Position, orientation or pixel spacing is absent or malformed, or the orientation is not two perpendicular unit vectors.',
  ),
  VOLUME_MIXED_SIZE: refusal('Slices differ in rows, columns or pixel spacing.'),
  VOLUME_MIXED_ORIENTATION: refusal('Slices differ in orientation, as in a localizer.'),
  VOLUME_MIXED_PIXEL_FORMAT: refusal('Slices differ in the way their pixels are stored.'),
  VOLUME_DUPLICATE_POSITION: refusal(
    'Slices lie at the same place, and nothing says of which time each is, or a time lacks some: a slice is repeated or missing.',
    "Read the stack's `qc.json`: it says which slices, and whether there is a corrected file (`pick-first-duplicate`).",
  ),
  VOLUME_DUPLICATES_UNDECIDED: refusal(
    'Of slices at the same place, instance numbers do not say which is the first, or the first of each place are images of different kinds or times.',
  ),
  VOLUME_UNEVEN_SPACING: refusal(
    'The distance between slices varies, or a slice is missing.',
    "Read the stack's `qc.json`: it says where. The instances can be read, where the collection lists them.",
  ),
  VOLUME_NOT_AS_LISTED: {
    disposition: 'transient',
    meaning:
      'The slices make a stack, but do not lie where the list of the archive says, even when asked again.',
    user: 'Tell the site operator, if it stays. The instances can be read, where the collection lists them.',
    operator: 'Compare positions in the database of the PACS with those in the objects.',
  },
  VOLUME_GANTRY_TILT: refusal(
    'The slices are shifted sideways against each other: by a tilted gantry, because the scan was moved between its times, or because they are not all of one stack.',
  ),
  VOLUME_SEVERAL_STACKS: refusal(
    'The series holds several stacks, each with files of its own: echoes, directions, kinds of image.',
    'List the folder again: each has a name now.',
  ),
  VOLUME_PIXEL_FORMAT_UNSUPPORTED: refusal(
    'The pixels are neither one number (1, 8, 16 or 32 bits, or floating point) with a linear rescale nor colours that are known (RGB, a palette, YBR of 8 bits); or a real-world mapping, which may be a table, gives them other values than the rescale; or they are big endian whole numbers of 32 bits, of which programs do not agree how they are read.',
  ),
  VOLUME_PIXEL_LENGTH: refusal(
    'The pixel data of a slice are shorter or longer than its rows and columns say.',
  ),
  VOLUME_FRAME_NOT_DECODED: refusal(
    'A compressed frame does not decode to the image that its header describes.',
  ),
  VOLUME_DECODER_FAILED: {
    disposition: 'transient',
    meaning: 'A compressed frame took too long to decode, or its thread ended.',
    user: 'Try again once. The instances can be read, where the collection lists them.',
    operator: 'Look at load and memory of the machine; a frame that does it again is damaged.',
  },
  VOLUME_TOO_MANY_STACKS: refusal(
    'The slices of the series differ in more directions, sizes and kinds than one series has.',
  ),
  VOLUME_STACK_GONE: refusal(
    'The series does not hold this stack any more: its images changed at the archive.',
    'List the folder again: what is there now has other names.',
  ),
  VOLUME_NO_SUCH_FILE: refusal(
    'A stack of this kind has no such file, as one that is not diffusion has no b-values.',
    'List the folder: it shows the files that the stack has.',
  ),
  VOLUME_NOTHING_TO_CORRECT: refusal(
    'The correction that the name of the file asks for would change nothing: the stack is a volume as it is.',
    'Read the file without the name of the correction.',
  ),
  VOLUME_TOO_LARGE: refusal(
    'The volume has more rows, columns, slices or bytes than one file may.',
  ),
});

/** A documented reason not to write a volume. */
export type VolumeRefusal = keyof typeof volumeErrors.rows;
