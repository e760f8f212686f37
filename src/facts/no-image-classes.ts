/** Root of the storage classes. @standard PS3.4 Table B.5-1 */
const storage = '1.2.840.10008.5.1.4.1.1';

/** Nothing below it: segmentations and surfaces are. */
const rawData = `${storage}.66`;

/** Storage classes whose objects hold no image, with all below: `9` is also `9.1.1`. */
const families: readonly string[] = [
  `${storage}.4.2`, // MR spectroscopy
  `${storage}.9`, // curves and waveforms
  `${storage}.11`, // presentation states
  `${storage}.66.1`, // registrations, fiducials
  `${storage}.66.2`,
  `${storage}.66.3`,
  `${storage}.67`, // real world value mapping
  `${storage}.88`, // structured reports, key object selection
  `${storage}.104`, // encapsulated documents
  `${storage}.200`, // procedure protocols
  `${storage}.481.3`, // structure sets, plans
  `${storage}.481.5`,
  `${storage}.481.8`,
];

/** Classes of vendors: CSA non-image of Siemens; MR spectrum, series data, exam card of Philips. */
export const vendorClassesWithoutImage: ReadonlySet<string> = new Set([
  '1.3.12.2.1107.5.9.1',
  '1.3.46.670589.11.0.0.12.1',
  '1.3.46.670589.11.0.0.12.2',
  '1.3.46.670589.11.0.0.12.4',
]);

/**
 * Whether objects of a SOP class hold no image, so that a stack lacks nothing without them. False
 * for classes that nobody told, unknown ones among them.
 */
export function holdsNoImage(sopClassUid: string | undefined): boolean {
  if (sopClassUid === undefined) return false;
  if (sopClassUid === rawData || vendorClassesWithoutImage.has(sopClassUid)) return true;
  return families.some((uid) => sopClassUid === uid || sopClassUid.startsWith(`${uid}.`));
}
