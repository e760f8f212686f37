import type { DataSet } from '../../dicom/index.ts';
import type { Steps } from '../../lib/streams/steps.ts';
import { canonScan } from '../vendors/canon/canon-scan.ts';
import { geScan } from '../vendors/ge/ge-scan.ts';
import { philipsScan } from '../vendors/philips/philips-scan.ts';
import { siemensScan } from '../vendors/siemens/siemens-scan.ts';
import { uihScan } from '../vendors/uih/uih-scan.ts';
import { placesOf, type ScanPlaces } from './elements.ts';
import { keepScan, type ScanFacts, type ScanProposal } from './scan-facts.ts';
import { standardScan } from './standard-scan.ts';

/** One reader a vendor. Hitachi has none: its files state all in elements of the standard. */
const vendorReaders: readonly ((places: ScanPlaces) => ScanProposal | Steps<ScanProposal>)[] = [
  siemensScan,
  geScan,
  philipsScan,
  uihScan,
  canonScan,
];

/** What public elements state and vendors' only repeat: they count where they are absent. */
const publicFirst: ReadonlySet<string> = new Set(['bValue', 'direction', 'directionality']);

/** What a header says of its scan; undefined where nothing is known. Never throws. */
export function* readScan(header: DataSet): Steps<ScanFacts | undefined> {
  const places = placesOf(header);
  const facts: Record<string, unknown> = { ...keepScan(standardScan(places)) };
  for (const read of vendorReaders) {
    const said = read(places);
    const proposal = isSteps(said) ? yield* said : said;
    for (const [name, value] of Object.entries(keepScan(proposal))) {
      if (publicFirst.has(name) && facts[name] !== undefined) continue;
      facts[name] = value;
    }
  }
  return Object.keys(facts).length === 0 ? undefined : facts;
}

/** Some read every frame. */
function isSteps(said: ScanProposal | Steps<ScanProposal>): said is Steps<ScanProposal> {
  return Symbol.iterator in said;
}
