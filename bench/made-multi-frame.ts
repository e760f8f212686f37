import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSeries, type SeriesIdentity, seriesIdentity } from '../test/support/make-series.ts';
import {
  encodeDataSet,
  encodePart10,
  explicitLittleEndian,
  type TestElement,
} from '../test/support/part10-writer.ts';
import type { FigureContext } from './figure.ts';

const enhancedCt = '1.2.840.10008.5.1.4.1.1.2.1';

/** An Enhanced CT of 200 frames of 512 x 512 x 16 bit, 105 MB at scale 1. */
export async function madeMultiFrame({
  folder,
  scale,
  seed = 1,
}: Pick<FigureContext, 'folder' | 'scale'> & { readonly seed?: number }): Promise<{
  readonly path: string;
  readonly identity: SeriesIdentity;
}> {
  const frames = Math.max(2, Math.round(200 * scale));
  const options = { slices: frames, rows: 512, columns: 512, seed } as const;
  const identity = { ...seriesIdentity(options), sopClassUid: enhancedCt };
  const pixels = Buffer.concat([...makeSeries(options)].map((slice) => slice.pixels));
  const sopInstanceUid = `${identity.seriesInstanceUid}.1`;
  const elements = elementsOf({ identity, sopInstanceUid, frames });
  const dataSet = encodeDataSet([...elements, [0x7fe00010, 'OW', pixels]], true);
  const target = join(folder, 'enhanced');
  await mkdir(target, { recursive: true });
  const path = join(target, 'im00001.dcm');
  const part10 = { sopClassUid: enhancedCt, transferSyntaxUid: explicitLittleEndian };
  await writeFile(path, encodePart10({ ...part10, sopInstanceUid, dataSet }));
  return { path, identity };
}

function elementsOf(options: {
  readonly identity: SeriesIdentity;
  readonly sopInstanceUid: string;
  readonly frames: number;
}): readonly TestElement[] {
  const { identity, sopInstanceUid, frames } = options;
  return [
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\VOLUME\\NONE'],
    [0x00080016, 'UI', enhancedCt],
    [0x00080018, 'UI', sopInstanceUid],
    [0x00080020, 'DA', '20240613'],
    [0x00080023, 'DA', '20240613'],
    [0x00080030, 'TM', '101500'],
    [0x00080033, 'TM', '101500'],
    [0x00080050, 'SH', 'SYNACC1'],
    [0x00080060, 'CS', 'CT'],
    [0x00080070, 'LO', 'Synthetic Imaging'],
    [0x00080090, 'PN', 'SYNTHETIC^REFERRER'],
    [0x00100010, 'PN', 'SYNTHETIC^ADA'],
    [0x00100020, 'LO', 'SYN-0001'],
    [0x00100030, 'DA', '19500102'],
    [0x00100040, 'CS', 'O'],
    [0x0020000d, 'UI', identity.studyInstanceUid],
    [0x0020000e, 'UI', identity.seriesInstanceUid],
    [0x00200010, 'SH', 'S1'],
    [0x00200011, 'IS', [1]],
    [0x00200013, 'IS', [1]],
    [0x00200052, 'UI', identity.frameOfReferenceUid],
    [0x00280002, 'US', [1]],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280008, 'IS', [frames]],
    [0x00280010, 'US', [512]],
    [0x00280011, 'US', [512]],
    [0x00280100, 'US', [16]],
    [0x00280101, 'US', [16]],
    [0x00280102, 'US', [15]],
    [0x00280103, 'US', [1]],
    [0x52009229, 'SQ', sharedGroups()],
    [0x52009230, 'SQ', Buffer.concat(Array.from({ length: frames }, (_, frame) => frameOf(frame)))],
  ];
}

/** Orientation, spacing and scale, the same for every frame. @standard PS3.3 §C.7.6.16.2 */
function sharedGroups(): Uint8Array {
  const orientation = item([[0x00200037, 'DS', [1, 0, 0, 0, 1, 0]]]);
  const measures = item([
    [0x00180050, 'DS', [1.5]],
    [0x00280030, 'DS', [0.75, 0.75]],
  ]);
  const values = item([
    [0x00281052, 'DS', [-1024]],
    [0x00281053, 'DS', [1]],
    [0x00281054, 'LO', 'HU'],
  ]);
  return item([
    [0x00209116, 'SQ', orientation],
    [0x00289110, 'SQ', measures],
    [0x00289145, 'SQ', values],
  ]);
}

function frameOf(frame: number): Uint8Array {
  return item([[0x00209113, 'SQ', item([[0x00200032, 'DS', [-10, -20, 30 + frame * 1.5]]])]]);
}

/** An item of defined length. @standard PS3.5 §7.5.1 */
function item(elements: readonly TestElement[]): Uint8Array {
  const body = encodeDataSet(elements, true);
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}
