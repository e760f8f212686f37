import {
  type DataSet,
  getNumbers,
  getStrings,
  sopClass,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import { type ImageFacts, knownValue, valueOr } from '../../facts/index.ts';
import type { DeidCode } from '../errors.ts';

/**
 * Values of Image Type that name screen captures, renderings, tables and reports, without what
 * separates their words.
 */
const riskyImageTypes: ReadonlySet<string> = new Set([
  'SCREENSAVE',
  'SCREENSHOT',
  'SCREENCAPTURE',
  'SECONDARYCAPTURE',
  'SC',
  'CAPTURE',
  'PASTED',
  'DOSE',
  'DOSEINFO',
  'DOSEREPORT',
  'REPORT',
  'CSAREPORT',
  'SUMMARY',
  'PROTOCOL',
  'PATIENTPROTOCOL',
  'VRT',
  'PRINT',
  'FILM',
]);

/** Conversion Type of what a program computed: nothing that was seen on a screen. @standard PS3.3 §C.8.6.1 */
const synthetic = 'SYN';

/** What of an image's facts its risk is judged by. */
export type RiskFacts = Pick<
  ImageFacts,
  'sopClassUid' | 'photometric' | 'kind' | 'position' | 'orientation' | 'pixelSpacing'
>;

/** What the header of an image says, or leaves open, about text in its pixels. */
export function findImageRisk(
  header: DataSet,
  omitted: readonly Tag[],
  facts: RiskFacts,
): DeidCode | undefined {
  if (hasEmbeddedOverlay(header, omitted)) return 'DEID_OVERLAY_EMBEDDED';
  const burnedIn = stated(header, t.BurnedInAnnotation);
  if (burnedIn !== undefined && burnedIn !== 'NO') return 'DEID_BURNED_IN';
  const types = getStrings(header, t.ImageType).map((type) => word(type) ?? '');
  const names = types.map((type) => type.replaceAll(/[\s_-]/g, ''));
  if (names.some((name) => riskyImageTypes.has(name))) return 'DEID_BURNED_IN';
  const conversion = stated(header, t.ConversionType);
  const isClean =
    facts.sopClassUid === sopClass.SecondaryCaptureImageStorage
      ? burnedIn === 'NO' && conversion === synthetic && isPlaced(facts)
      : // Made by a workstation, a scanner of films, a camera: not by the scanner of the patient.
        conversion === undefined &&
        (burnedIn === 'NO' || !isColour(facts) || isOwnColourMap(facts, types));
  return isClean ? undefined : 'DEID_BURNED_IN';
}

/** Screens and reports lie nowhere in the patient; what was computed of a volume does. */
function isPlaced({ position, orientation, pixelSpacing }: RiskFacts): boolean {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = knownValue(orientation) ?? [];
  const isFrame =
    isNear(Math.hypot(a, b, c), 1) &&
    isNear(Math.hypot(d, e, f), 1) &&
    isNear(a * d + b * e + c * f, 0);
  return isFrame && knownValue(position) !== undefined && knownValue(pixelSpacing) !== undefined;
}

/** Within what cosines of a few digits are off. */
const isNear = (value: number, wanted: number): boolean => Math.abs(value - wanted) < 1e-2;

/**
 * Scanners do not see colour: a fusion, a rendering or a screen. But for directions of diffusion, which
 * a scanner shows as colours of the map that it computes itself.
 */
function isOwnColourMap({ kind, sopClassUid, photometric }: RiskFacts, types: string[]): boolean {
  const [, origin, flavor] = types;
  const isMap = kind.map === 'FA' && origin === 'PRIMARY' && flavor === 'DIFFUSION';
  return isMap && sopClassUid === sopClass.MRImageStorage && knownValue(photometric) === 'RGB';
}

/** All values of an attribute; undefined where it is absent or empty. One of several counts too. */
function stated(header: DataSet, tag: Tag): string | undefined {
  const element = header.get(tag);
  if (element?.vr === 'SQ') return '';
  const values = getStrings(header, tag).filter((value) => value !== '');
  // What cannot be read as words is there, whatever it says.
  if (values.length === 0 && element?.value.some((byte) => byte !== 0x20 && byte !== 0)) return '';
  return word(values.join('\\')) || undefined;
}

const word = (text: string | undefined): string | undefined => text?.trim().toUpperCase();

/** What cannot be read is refused as such. */
function isColour({ photometric }: RiskFacts): boolean {
  return !(valueOr<string>(photometric, '') ?? 'MONOCHROME').startsWith('MONOCHROME');
}

/**
 * Whether an overlay lies in the pixels' own bits (retired, still made): it says a bit position, or
 * describes itself without bringing data.
 *
 * @standard PS3.3 §C.9.2
 */
function hasEmbeddedOverlay(header: DataSet, omitted: readonly Tag[]): boolean {
  const groups = new Set<number>();
  for (const tag of header.keys()) {
    if (tag >>> 24 === 0x60 && (tag & 0x10000) === 0) groups.add((tag >>> 16) * 0x10000);
  }
  return [...groups].some((group) => {
    const hasData = header.has(group + 0x3000) || omitted.includes(group + 0x3000);
    return (
      !hasData ||
      numberAt(header, group + 0x0102, 0) !== 0 ||
      numberAt(header, group + 0x0100, 1) !== 1
    );
  });
}

/** The number at `tag`, `absent` where there is none; NaN, which equals nothing, if unreadable. */
function numberAt(header: DataSet, tag: Tag, absent: number): number {
  try {
    return getNumbers(header, tag)[0] ?? absent;
  } catch {
    return Number.NaN;
  }
}
