import { testData } from '../support/data.ts';
import { startDcmqrscp } from '../support/dcmqrscp.ts';
import { type Installation, startInstallation } from '../support/gateway.ts';
import type { PacsSettings } from '../support/gateway-settings.ts';
import { startOrthanc } from '../support/orthanc.ts';
import type { Owner } from '../support/owner.ts';

/** The archives that grid clients are shown, and the programs each needs. */
export const gridArchives = {
  orthanc: ['Orthanc'],
  dcmqrscp: ['dcmqrscp', 'storescu'],
} as const;
export type GridArchive = keyof typeof gridArchives;

const series = 'series/hitachi-anatomical/dicom';

/** An installation with TLS in front of an archive that holds one series: what grid clients see. */
export async function startGrid(
  owner: Owner,
  archive: GridArchive = 'orthanc',
): Promise<Installation> {
  const at = await startInstallation(owner, {
    tls: true,
    pacs: [await startArchive(owner, archive)],
  });
  await at.crawled();
  return at;
}

async function startArchive(owner: Owner, name: GridArchive): Promise<PacsSettings> {
  const folder = testData(series) ?? '';
  if (name === 'dcmqrscp') {
    const { aeTitle, port, ...dcmqrscp } = await startDcmqrscp(owner);
    await dcmqrscp.load(folder);
    return { name, port, aeTitle, retrieve: 'auto' };
  }
  const orthanc = await startOrthanc(owner);
  await orthanc.load(folder);
  return { name, port: orthanc.dicomPort, aeTitle: orthanc.aeTitle, retrieve: 'auto' };
}
