import { type DataElement, type Keyword, onceInCommon } from '../../../dicom/index.ts';
import type { Steps } from '../../../lib/streams/steps.ts';
import { knownValue } from '../../fact.ts';
import { type CsaItems, csaItemBytes, csaItems } from '../../grid/csa-header.ts';
import { plainNumbers } from '../../grid/numbers.ts';
import type { PrivateName } from '../../private-elements.ts';
import { timeFrom } from '../../scan/clock.ts';
import {
  numberAs,
  numbersAs,
  privateElement,
  type ScanPlaces,
  standardElement,
  wordOf,
  wordsOf,
} from '../../scan/elements.ts';
import type { ScanProposal } from '../../scan/scan-facts.ts';
import { unitVector } from '../../scan/standard-scan.ts';
import { frameTimes } from './frame-times.ts';
import { protocolScan } from './protocol-scan.ts';

const mr = 'SIEMENS MR HEADER';
const csa = 'SIEMENS CSA HEADER';
const shared = 'SIEMENS MR SDS 01';
const perFrame = 'SIEMENS MR SDI 02';

const names = {
  bValue: { creator: mr, group: 0x0019, element: 0x0c },
  directionality: { creator: mr, group: 0x0019, element: 0x0d },
  direction: { creator: mr, group: 0x0019, element: 0x0e },
  dwellTime: { creator: mr, group: 0x0019, element: 0x18 },
  bandwidth: { creator: mr, group: 0x0019, element: 0x28 },
  sliceTimes: { creator: mr, group: 0x0019, element: 0x29 },
  orientationText: { creator: mr, group: 0x0051, element: 0x0e },
  acceleration: { creator: mr, group: 0x0051, element: 0x11 },
  imageHeader: { creator: csa, group: 0x0029, element: 0x10 },
  seriesHeader: { creator: csa, group: 0x0029, element: 0x20 },
  xaAcceleration: { creator: shared, group: 0x0021, element: 0x09 },
  xaProtocol: { creator: shared, group: 0x0021, element: 0x19 },
  xaPositive: { creator: perFrame, group: 0x0021, element: 0x1c },
  xaDwellTime: { creator: perFrame, group: 0x0021, element: 0x42 },
  xaImageType: { creator: perFrame, group: 0x0021, element: 0x75 },
  xaSequence: { creator: shared, group: 0x0021, element: 0x5a },
  xaVariant: { creator: shared, group: 0x0021, element: 0x5b },
  xaOptions: { creator: shared, group: 0x0021, element: 0x5c },
  xaBandwidth: { creator: perFrame, group: 0x0021, element: 0x53 },
} as const satisfies Readonly<Record<string, PrivateName>>;

/** Tags of the CSA image header that are read; no other is looked at. */
const imageTags: ReadonlySet<string> = new Set([
  'PhaseEncodingDirectionPositive',
  'BandwidthPerPixelPhaseEncode',
  'MosaicRefAcqTimes',
  'B_value',
  'DiffusionGradientDirection',
]);

/**
 * What the elements of Siemens say of a scan: CSA header (both forms), the plain elements of later
 * software, the protocol's numbers, and those of XA.
 */
export function* siemensScan(places: ScanPlaces): Steps<ScanProposal> {
  const element = (name: PrivateName): DataElement | undefined => privateElement(places.all, name);
  const image = csaOf(element(names.imageHeader));
  const csaNumbers = (name: string): readonly number[] | undefined =>
    plainNumbers(image?.get(name) ?? []);
  const positive =
    csaNumbers('PhaseEncodingDirectionPositive')?.[0] ?? numberAs(element(names.xaPositive), 'IS');
  const acceleration = wordOf(element(names.acceleration)) ?? wordOf(element(names.xaAcceleration));
  return {
    ...protocolOf(element),
    ...accelerationOf(acceleration ?? ''),
    phasePolarity: positive === 1 ? 'positive' : positive === 0 ? 'negative' : undefined,
    bandwidthPerPixelPhaseEncode:
      numberAs(element(names.bandwidth), 'FD') ??
      csaNumbers('BandwidthPerPixelPhaseEncode')?.[0] ??
      numberAs(element(names.xaBandwidth), 'FD'),
    dwellTime:
      numberAs(element(names.dwellTime), 'IS') ?? numberAs(element(names.xaDwellTime), 'IS'),
    sliceTimes:
      numbersAs(element(names.sliceTimes), 'FD') ??
      csaNumbers('MosaicRefAcqTimes') ??
      (yield* frameTimes(places)),
    acquisitionOffset: acquisitionOffsetOf(places),
    ...xaWords(element),
    orientationText: wordOf(element(names.orientationText)),
    directionality: wordOf(element(names.directionality)),
    ...diffusionOf({
      bValue: csaNumbers('B_value')?.[0] ?? numberAs(element(names.bValue), 'IS'),
      direction:
        csaNumbers('DiffusionGradientDirection') ?? numbersAs(element(names.direction), 'FD'),
    }),
  };
}

/** When an image of one slice was acquired, from Series Time on, which all images of a series share; ms. */
function acquisitionOffsetOf({ standard, frames }: ScanPlaces): number | undefined {
  const element = (keyword: Keyword) => standardElement(standard, keyword);
  const isTheirs = /^siemens/i.test(wordOf(element('Manufacturer')) ?? '');
  if (!isTheirs || frames.length > 0) return undefined;
  return timeFrom(element('SeriesTime'), element('AcquisitionTime'));
}

/** XA states them in elements of its own alone. */
function xaWords(element: (name: PrivateName) => DataElement | undefined): ScanProposal {
  const words = (name: PrivateName): readonly string[] | undefined => {
    const found = element(name);
    return found === undefined ? undefined : wordsOf(found);
  };
  return {
    imageTypeText: words(names.xaImageType),
    scanningSequence: words(names.xaSequence),
    sequenceVariant: words(names.xaVariant),
    scanOptions: words(names.xaOptions),
  };
}

/** Impossible directions beside b = 0 are none, and so is a negative b. */
function diffusionOf({
  bValue,
  direction,
}: {
  readonly bValue: number | undefined;
  readonly direction: readonly number[] | undefined;
}): ScanProposal {
  if (bValue === undefined) return {};
  return bValue <= 0
    ? { bValue: 0, direction: [0, 0, 0] }
    : { bValue, direction: unitVector(direction) };
}

function csaOf(element: DataElement | undefined): CsaItems | undefined {
  if (element === undefined || element.vr === 'SQ') return undefined;
  return knownValue(csaItems(element.value, imageTags));
}

/** The protocol is long, and one for a series. */
const protocolOfCsa = onceInCommon((element) =>
  element.vr === 'SQ'
    ? {}
    : protocolScan(
        csaItemBytes(element.value, 'MrPhoenixProtocol') ??
          csaItemBytes(element.value, 'MrProtocol'),
      ),
);
const protocolOfXa = onceInCommon((element) =>
  element.vr === 'SQ' ? {} : protocolScan(element.value),
);

function protocolOf(element: (name: PrivateName) => DataElement | undefined): ScanProposal {
  const header = element(names.seriesHeader);
  if (header !== undefined && header.vr !== 'SQ') return protocolOfCsa(header);
  const text = element(names.xaProtocol);
  return text === undefined ? {} : protocolOfXa(text);
}

/** `p2s4`: so many times fewer lines, so many slices at once. */
function accelerationOf(text: string): ScanProposal {
  const [, inPlane, slices] = /^(?:p(\d{1,2}))?(?:s(\d{1,2}))?$/.exec(text) ?? [];
  return {
    ...(inPlane === undefined ? {} : { accelerationInPlane: Number(inPlane) }),
    ...(slices === undefined ? {} : { multiband: Number(slices) }),
  };
}
