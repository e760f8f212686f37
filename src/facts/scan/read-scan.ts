import type { DataSet } from '../../dicom/index.ts';
import type { Steps } from '../../lib/streams/steps.ts';
import { FactMemory, type Questions } from '../memory/fact-memory.ts';
import { canonScan } from '../vendors/canon/canon-scan.ts';
import { geScan } from '../vendors/ge/ge-scan.ts';
import { philipsScan } from '../vendors/philips/philips-scan.ts';
import { siemensScan } from '../vendors/siemens/siemens-scan.ts';
import { uihScan } from '../vendors/uih/uih-scan.ts';
import { placesOf, type ScanPlaces } from './elements.ts';
import { keepScan, type ScanFacts, type ScanProposal } from './scan-facts.ts';
import { imageScan, standardScan } from './standard-scan.ts';

/** One reader a vendor. Hitachi has none: its files state all in elements of the standard. */
const vendorReaders = {
  siemens: siemensScan,
  ge: geScan,
  philips: philipsScan,
  uih: uihScan,
  canon: canonScan,
} as const satisfies Readonly<Record<string, ScanReader>>;

type ScanReader = (places: ScanPlaces) => ScanProposal | Steps<ScanProposal>;

/** Those of the standard first: what vendors state beside it comes later, and counts. */
const readers: Readonly<Record<string, ScanReader>> = {
  standard: standardScan,
  image: imageScan,
  ...vendorReaders,
};

/** What public elements state and vendors' only repeat: they count where they are absent. */
const publicFirst: ReadonlySet<string> = new Set(['bValue', 'direction', 'directionality']);

/** What a header says of its scan; undefined where nothing is known. Never throws. */
export function* readScan(
  header: DataSet,
  questions: Questions = new FactMemory().open(header),
): Steps<ScanFacts | undefined> {
  const said: ScanFacts[] = [];
  for (const [name, read] of Object.entries(readers)) {
    said.push(yield* questions.askInSteps(name, (seen) => keptOf(read(placesOf(seen)))));
  }
  return questions.ask('scan', () => together(said), said);
}

function together(said: readonly ScanFacts[]): ScanFacts | undefined {
  const facts: Record<string, unknown> = {};
  for (const each of said) {
    for (const [name, value] of Object.entries(each)) {
      if (publicFirst.has(name) && facts[name] !== undefined) continue;
      facts[name] = value;
    }
  }
  return Object.keys(facts).length === 0 ? undefined : facts;
}

function* keptOf(said: ScanProposal | Steps<ScanProposal>): Steps<ScanFacts> {
  // Some read every frame.
  return keepScan(Symbol.iterator in said ? yield* said : said);
}
