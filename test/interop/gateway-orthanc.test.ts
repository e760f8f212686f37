/** The gateway in front of Orthanc, by C-GET and by C-MOVE to our receiver. */
import { test } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { startOrthanc } from '../support/orthanc.ts';
import { roadFolders, roadSkip, walkRoad } from './gateway-road.ts';

const skip = roadSkip('Orthanc');

test('the road from Orthanc by C-GET', { skip }, async (t) => {
  const orthanc = await startOrthanc(t);
  await orthanc.load(...roadFolders());
  const { aeTitle, dicomPort: port } = orthanc;
  await walkRoad(t, { settings: { name: 'orthanc', port, aeTitle, retrieve: 'C-GET' } });
});

test('the road from Orthanc by C-MOVE', { skip }, async (t) => {
  const receiverPort = await freePort();
  const orthanc = await startOrthanc(t, { modalities: [{ aeTitle: 'MDM', port: receiverPort }] });
  await orthanc.load(...roadFolders());
  const { aeTitle, dicomPort: port } = orthanc;
  const settings = { name: 'orthanc', port, aeTitle, retrieve: 'C-MOVE' } as const;
  await walkRoad(t, { settings, receiverPort });
});
