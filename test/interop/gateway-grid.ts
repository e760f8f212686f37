import { testData } from '../support/data.ts';
import { type Installation, startInstallation } from '../support/gateway.ts';
import { startOrthanc } from '../support/orthanc.ts';
import type { Owner } from '../support/owner.ts';

/** An installation with TLS in front of Orthanc, which holds one series: what grid clients see. */
export async function startGrid(owner: Owner): Promise<Installation> {
  const orthanc = await startOrthanc(owner);
  await orthanc.load(testData('series/hitachi-anatomical/dicom') ?? '');
  const { aeTitle, dicomPort: port } = orthanc;
  const at = await startInstallation(owner, {
    tls: true,
    pacs: [{ name: 'orthanc', port, aeTitle, retrieve: 'auto' }],
  });
  await at.crawled();
  return at;
}
