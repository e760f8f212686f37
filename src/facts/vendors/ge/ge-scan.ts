import { type DataElement, onceInCommon } from '../../../dicom/index.ts';
import { knownValue } from '../../fact.ts';
import { plainNumbers } from '../../grid/numbers.ts';
import type { PrivateName } from '../../private-elements.ts';
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
import { geDiffusion } from './diffusion.ts';
import { epiPolarityOf } from './epi-polarity.ts';
import { polarityOf } from './polarity.ts';
import { protocolText, protocolValues } from './protocol-block.ts';

const acquisition = 'GEMS_ACQU_01';
const relation = 'GEMS_RELA_01';
const series = 'GEMS_SERS_01';
const parameters = 'GEMS_PARM_01';

const names = {
  sequence: { creator: acquisition, group: 0x0019, element: 0x9c },
  sliceTimer: { creator: relation, group: 0x0021, element: 0x5e },
  protocolBlock: { creator: series, group: 0x0025, element: 0x1b },
  userData: { creator: parameters, group: 0x0043, element: 0x2a },
  echoSpacing: { creator: parameters, group: 0x0043, element: 0x2c },
  groupDelay: { creator: parameters, group: 0x0043, element: 0x7c },
  acceleration: { creator: parameters, group: 0x0043, element: 0x83 },
  multiband: { creator: parameters, group: 0x0043, element: 0xb6 },
} as const satisfies Readonly<Record<string, PrivateName>>;

/** What the elements of GE say of a scan. */
export function geScan(places: ScanPlaces): ScanProposal {
  const element = (name: PrivateName): DataElement | undefined => privateElement(places.all, name);
  const maker = wordOf(standardElement(places.standard, 'Manufacturer')) ?? '';
  const isTheirs = Object.values(names).some((name) => element(name) !== undefined);
  if (!(/^ge(?![a-z])/i.test(maker) || (maker === '' && isTheirs))) return {};
  const block = element(names.protocolBlock);
  const [inPlane] = numbersAs(element(names.acceleration), 'DS') ?? [];
  const polarity = gePolarityOf(places, element(names.userData));
  return {
    ...(block === undefined ? {} : protocolOf(block)),
    ...geDiffusion(places),
    gePolarity: polarity,
    phasePolarity:
      polarity === undefined ? undefined : polarity === 'Unflipped' ? 'positive' : 'negative',
    echoSpacing: numberAs(element(names.echoSpacing), 'SS'),
    accelerationInPlane: inPlane === undefined || inPlane <= 0 ? undefined : 1 / inPlane,
    multiband: plainNumbers(wordsOf(element(names.multiband)).slice(0, 1))?.[0],
    repetitionTime: repetitionTimeOf(places, element),
    sliceTime: sliceTimeOf(element(names.sliceTimer)),
    geEra: eraOf(wordsOf(standardElement(places.standard, 'SoftwareVersions'))),
  };
}

/** In seconds; where no volume could last so long, in ten thousandths of them, as some software has it. */
function sliceTimeOf(timer: DataElement | undefined): number | undefined {
  const stated = numberAs(timer, 'DS');
  if (stated === undefined) return undefined;
  return Math.abs(stated) > volumeSecondsMax ? stated / 10 : stated * 1000;
}

const volumeSecondsMax = 60;

/** Repetition Time of epiRT lacks the delay between groups of slices, which is in seconds. */
function repetitionTimeOf(
  places: ScanPlaces,
  element: (name: PrivateName) => DataElement | undefined,
): number | undefined {
  const statedMs = numberAs(standardElement(places.standard, 'RepetitionTime'), 'DS');
  const delay = numberAs(element(names.groupDelay), 'FL') ?? 0;
  const isRealTime = wordOf(element(names.sequence)) === 'epiRT';
  return statedMs === undefined ? undefined : statedMs + (isRealTime ? delay * 1000 : 0);
}

type GePolarity = 'Unflipped' | 'Flipped';

/** Along the rows as the geometry has them: all images of a series state that of the forward ones. */
function gePolarityOf(
  places: ScanPlaces,
  userData: DataElement | undefined,
): GePolarity | undefined {
  const stated = statedPolarity(places, userData);
  const isReversed = places.standard.some(
    (place) => knownValue(epiPolarityOf(place)) === 'reversed',
  );
  return stated === undefined || !isReversed ? stated : opposite[stated];
}

const opposite = { Unflipped: 'Flipped', Flipped: 'Unflipped' } as const satisfies Readonly<
  Record<GePolarity, GePolarity>
>;

/** The public element is right where it is there; the user data say it of older software. */
function statedPolarity(
  places: ScanPlaces,
  userData: DataElement | undefined,
): GePolarity | undefined {
  const reordering = wordOf(standardElement(places.standard, 'RectilinearPhaseEncodeReordering'));
  if (reordering === 'REVERSE_LINEAR') return 'Unflipped';
  if (reordering === 'LINEAR') return 'Flipped';
  return userData === undefined || userData.vr === 'SQ' ? undefined : polarityOf(userData.value);
}

const keys: ReadonlySet<string> = new Set([
  'SLICEORDER',
  'MBACCEL',
  'DELACQ',
  'DELACQNOAV',
  'IOPT',
]);

/** It is packed, and one for a series. */
const protocolOf = onceInCommon(protocolScan);

function protocolScan(block: DataElement): ScanProposal {
  const text = block.vr === 'SQ' ? undefined : protocolText(block.value);
  if (text === undefined) return {};
  const values = protocolValues(text, keys);
  const number = (key: string): number | undefined => plainNumbers([values.get(key) ?? ''])?.[0];
  const options = (values.get('IOPT') ?? '').split(',').map((word) => word.trim());
  const order = number('SLICEORDER');
  const isTimed =
    options.includes('EPI') && !options.includes('DIFF') && !options.includes('MPhVar');
  const delay = number('DELACQNOAV') ?? 0;
  return {
    sliceOrder:
      !isTimed || order === undefined ? 'none' : order === 0 ? 'ascending' : 'interleaved',
    multiband: number('MBACCEL'),
    ...(options.includes('FMRI') ? { groupDelay: delay * 1000 } : {}),
  };
}

/** Software, such as `DV26.0_R01` or `RX27.0_R02`, by how it times slices. */
function eraOf(versions: readonly string[]): string | undefined {
  const found = versions
    .map((version) => /(?:DV|RX|MR|PX|SV|MS|XR)(\d{2})\.\d_(?:R(\d{2})|EA)/.exec(version))
    .find((parts) => parts !== null);
  if (found === undefined) return undefined;
  const [major, release] = [Number(found[1]), Number(found[2] ?? 0)];
  if (major < 26) return 'before-26';
  return major > 27 || (major === 27 && release >= 3) ? '27-r03' : '26';
}
