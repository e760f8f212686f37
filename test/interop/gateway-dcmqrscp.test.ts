/** The gateway in front of DCMTK's archive, by C-GET and by C-MOVE to our receiver. */
import { test } from 'node:test';
import { startDcmqrscp } from '../support/dcmqrscp.ts';
import { freePort } from '../support/free-port.ts';
import { roadFolders, roadSkip, walkRoad } from './gateway-road.ts';

const isNative = (series: string): boolean => !series.startsWith('compressed-');
const skip = roadSkip('dcmqrscp', 'storescu');

test('the road from dcmqrscp by C-GET', { skip }, async (t) => {
  const pacs = await startDcmqrscp(t);
  await pacs.load(...roadFolders(isNative));
  const { aeTitle, port } = pacs;
  await walkRoad(t, {
    settings: { name: 'dcmtk', port, aeTitle, retrieve: 'C-GET' },
    onlyNative: true,
  });
});

test('the road from dcmqrscp by C-MOVE', { skip }, async (t) => {
  const receiverPort = await freePort();
  const modalities = [{ aeTitle: 'MDM', port: receiverPort }];
  const pacs = await startDcmqrscp(t, { modalities });
  await pacs.load(...roadFolders(isNative));
  const { aeTitle, port } = pacs;
  const settings = { name: 'dcmtk', port, aeTitle, retrieve: 'C-MOVE' } as const;
  await walkRoad(t, { settings, receiverPort, onlyNative: true });
});
