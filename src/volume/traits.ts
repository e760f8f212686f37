import { type Fact, type ImageFacts, knownValue, type ScanFacts } from '../facts/index.ts';

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

/** How volumes of one stack are told and ordered. */
interface Axis extends Trait<readonly number[] | undefined> {
  /**
   * What its values are worth: `alike` where every place has the same ones, `single` where each slice
   * has one of its own, `regular` where they only count what is stored one after another.
   */
  readonly proof: 'alike' | 'single' | 'regular';
  /** Whether the last of its values is of what came last. */
  readonly isTime: boolean;
  /** Whether slices of one value are of one volume: where places share some, but not all, some are missing. */
  readonly isCount?: true;
}

const text = (given: Fact<unknown>): string => (given.kind === 'value' ? String(given.value) : '');

const kinds: readonly Trait<string>[] = [
  { name: 'Component', of: ({ kind }) => kind.component ?? '' },
  { name: 'Map', of: ({ kind }) => kind.map ?? '' },
  { name: 'EchoNumbers', of: ({ echoNumbers }) => knownValue(echoNumbers)?.join('\\') ?? '' },
  { name: 'ConvolutionKernel', of: ({ kernel }) => text(kernel) },
  { name: 'PhotometricInterpretation', of: ({ photometric }) => text(photometric) },
  {
    name: 'ReconstructionDiameter',
    of: ({ reconstructionDiameter }) => text(reconstructionDiameter),
  },
];

/**
 * The kind of an image as a text to compare; a durable format, because names are made of it. So what few
 * images have has a line of theirs alone.
 */
export function kindOf(facts: ImageFacts): string {
  const lines = kinds.map(({ name, of }) => `${name}=${of(facts)}`);
  const polarity = knownValue(facts.polarity);
  if (polarity !== undefined) lines.push(`PhaseEncodingPolarity=${polarity}`);
  const segment = knownValue(facts.segmentNumber);
  if (segment !== undefined) lines.push(`Segment=${segment}`);
  return lines.join('\n');
}

/** What may tell stacks apart. */
interface SplitTrait extends Trait<string> {
  /** A number of the acquisition: values that are near each other are one, and measured. */
  readonly isMeasured?: true;
  /** The scanner may change it from slice to slice: a slice that was scanned again may have another. */
  readonly isRegulated?: true;
}

/** The number of a scan; Siemens exports volumes of its scan 16 as series 16001, 16002 and on. */
function scanNumber({ manufacturer, seriesNumber = 0 }: ScanFacts): number {
  const isPart = manufacturer === 'Siemens' && seriesNumber > 1000;
  return isPart ? Math.floor(seriesNumber / 1000) : seriesNumber;
}

/** In the order in which they are tried. */
export const splitTraits: readonly SplitTrait[] = [
  { name: 'StackID', of: ({ stack }) => text(stack) },
  // Two scans that one Series Instance UID was given to.
  { name: 'SeriesNumber', of: ({ scan }) => String(scan === undefined ? '' : scanNumber(scan)) },
  { name: 'ImageType', of: ({ imageType }) => text(imageType) },
  { name: 'EchoTime', of: ({ echoTime }) => text(echoTime), isMeasured: true },
  { name: 'InversionTime', of: ({ inversionTime }) => text(inversionTime), isMeasured: true },
  { name: 'RepetitionTime', of: ({ repetitionTime }) => text(repetitionTime), isMeasured: true },
  { name: 'FlipAngle', of: ({ flipAngle }) => text(flipAngle), isMeasured: true },
  {
    name: 'Exposure',
    of: ({ exposure }) => text(exposure),
    isMeasured: true,
    isRegulated: true,
  },
];

const one = (given: Fact<number>): readonly number[] | undefined =>
  given.kind === 'value' ? [given.value] : undefined;

/**
 * What says in which order volumes of one stack come, the surest first. Of several numbers the first
 * that differs orders.
 */
export const axes: readonly Axis[] = [
  {
    name: 'DiffusionOrder',
    of: ({ scan }) => (scan?.diffusionOrder === undefined ? undefined : [scan.diffusionOrder]),
    proof: 'alike',
    isTime: false,
  },
  {
    // Each repetition has one of both, which may have several delays.
    name: 'Labelling',
    of: ({ scan, temporalPosition, triggerTime }) =>
      scan?.labelling === undefined
        ? undefined
        : [
            knownValue(temporalPosition) ?? 0,
            scan.labelling === 'CONTROL' ? 0 : 1,
            knownValue(triggerTime) ?? 0,
          ],
    proof: 'alike',
    isTime: false,
  },
  {
    name: 'TemporalPositionIdentifier',
    of: ({ temporalPosition }) => one(temporalPosition),
    proof: 'alike',
    isTime: false,
    isCount: true,
  },
  {
    name: 'TemporalPositionIndex',
    of: ({ temporalPositionIndex }) => one(temporalPositionIndex),
    proof: 'alike',
    isTime: true,
    isCount: true,
  },
  {
    // Whatever they mean: of a place, those that tell the place are all equal. The last is the slowest.
    name: 'DimensionIndexValues',
    of: ({ dimensionIndices }) => knownValue(dimensionIndices)?.toReversed(),
    proof: 'alike',
    isTime: true,
  },
  {
    name: 'FrameReferenceTime',
    of: ({ frameReferenceTime }) => one(frameReferenceTime),
    proof: 'alike',
    isTime: false,
  },
  {
    name: 'NominalCardiacTriggerDelayTime',
    of: ({ cardiacTriggerDelay }) => one(cardiacTriggerDelay),
    proof: 'alike',
    isTime: false,
  },
  {
    name: 'InstanceNumber',
    of: ({ instanceNumber }) => one(instanceNumber),
    proof: 'single',
    isTime: true,
  },
  {
    // Where each object counts its times anew.
    name: 'InstanceNumber and the indices of its frames',
    of: ({ instanceNumber, temporalPositionIndex, dimensionIndices }) => {
      const indices = [
        ...(one(temporalPositionIndex) ?? []),
        ...(knownValue(dimensionIndices)?.toReversed() ?? []),
      ];
      const object = one(instanceNumber);
      return object === undefined || indices.length === 0 ? undefined : [...object, ...indices];
    },
    proof: 'alike',
    isTime: true,
  },
  {
    name: 'FrameNumber',
    of: ({ frameNumber, instanceNumber, inConcatenationNumber }) => {
      const frame = one(frameNumber);
      // Parts of a concatenation count their frames on.
      const object = inConcatenationNumber.kind === 'value' ? [0] : one(instanceNumber);
      return frame === undefined ? undefined : [...(object ?? [0]), ...frame];
    },
    proof: 'regular',
    isTime: true,
  },
  {
    // Where instance numbers start anew with each volume. Tells nothing apart, but orders.
    name: 'AcquisitionNumber',
    of: ({ scan }) =>
      scan?.acquisitionNumber === undefined ? undefined : [scan.acquisitionNumber],
    proof: 'alike',
    // A slice that was scanned anew has another number too: no sign of a volume that ended early.
    isTime: false,
  },
  {
    // Of a heart whose phases nothing else numbers. Elsewhere each slice has a time of its own.
    name: 'TriggerTime',
    of: ({ triggerTime, temporalPosition }) =>
      triggerTime.kind === 'value'
        ? [triggerTime.value, knownValue(temporalPosition) ?? 0]
        : undefined,
    proof: 'alike',
    isTime: false,
  },
];
