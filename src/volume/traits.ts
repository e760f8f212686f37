import { type Fact, type ImageFacts, knownValue } from '../facts/index.ts';

/**
 * What tells stacks apart, and what makes one volume longer. This is the table; the rest reads it.
 *
 * - *Kinds* always tell apart: each value is a file of its own. Orientation, matrix, spacing and kind
 *   of object are such too; they have tolerances or texts of their own (`groups.ts`).
 * - *Split traits* tell apart only where each group that they form is a whole stack by itself.
 * - *Axes* order what lies at one place: time points, weightings, repetitions of one volume.
 *
 * Acquisition number, instance number, times and trigger time tell nothing apart: scanners count
 * them up inside one stack.
 */
interface Trait<Value> {
  readonly name: string;
  readonly of: (facts: ImageFacts) => Value;
}

const text = (given: Fact<unknown>): string => (given.kind === 'value' ? String(given.value) : '');

const kinds: readonly Trait<string>[] = [
  { name: 'Component', of: ({ kind }) => kind.component ?? '' },
  { name: 'Map', of: ({ kind }) => kind.map ?? '' },
  { name: 'EchoNumbers', of: ({ echoNumbers }) => knownValue(echoNumbers)?.join('\\') ?? '' },
  { name: 'PhotometricInterpretation', of: ({ photometric }) => text(photometric) },
  {
    name: 'ReconstructionDiameter',
    of: ({ reconstructionDiameter }) => text(reconstructionDiameter),
  },
];

/** The kind of an image as a text to compare; a durable format, because names are made of it. */
export function kindOf(facts: ImageFacts): string {
  return kinds.map(({ name, of }) => `${name}=${of(facts)}`).join('\n');
}

/** In the order in which they are tried. */
export const splitTraits: readonly Trait<string>[] = [
  { name: 'ImageType', of: ({ imageType }) => text(imageType) },
  { name: 'EchoTime', of: ({ echoTime }) => text(echoTime) },
  { name: 'InversionTime', of: ({ inversionTime }) => text(inversionTime) },
  { name: 'RepetitionTime', of: ({ repetitionTime }) => text(repetitionTime) },
  { name: 'FlipAngle', of: ({ flipAngle }) => text(flipAngle) },
];

/** What says in which order volumes of one stack come, the surest first. */
export const axes: readonly Trait<number | undefined>[] = [
  {
    name: 'TemporalPositionIdentifier',
    of: ({ temporalPosition }) => knownValue(temporalPosition),
  },
  { name: 'FrameReferenceTime', of: ({ frameReferenceTime }) => knownValue(frameReferenceTime) },
  { name: 'InstanceNumber', of: ({ instanceNumber }) => knownValue(instanceNumber) },
];
