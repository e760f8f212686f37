import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framesOf, type MadeFrame, makeEnhanced } from '../../../test/support/make-enhanced.ts';
import {
  createDataSetCollector,
  type DataSet,
  dataSetOf,
  encodeDataSet,
  sopClass,
  tag as t,
  tokensOf,
  transferSyntax,
  type ValueInput,
} from '../../dicom/index.ts';
import { present } from '../../lib/assert.ts';
import { atOnce } from '../../lib/streams/steps.ts';
import { DropCounter } from '../meaning/drops.ts';
import { identifiersOf } from '../meaning/identifiers.ts';
import { profileOf } from '../profile/profile.ts';
import { createUidMap } from '../pseudonyms/uid-map.ts';
import { applyProfile, type Cleaning } from './apply-profile.ts';
import { cleanHeader } from './clean-header.ts';
import { SafePrivate } from './safe-private.ts';

const syntax = transferSyntax.ExplicitVRLittleEndian;

function headerOf(editFrame: (frame: MadeFrame) => Readonly<Record<number, ValueInput>>): DataSet {
  return makeEnhanced({ frames: framesOf(3, 2, 'slice'), editFrame }).header;
}

/** As an instance is read: what frames say is packed. */
function packed(header: DataSet): DataSet {
  const collector = createDataSetCollector({
    transferSyntaxUid: syntax,
    packedTag: t.PerFrameFunctionalGroupsSequence,
  });
  collector.add([...tokensOf(header, syntax)]);
  return collector.dataSet;
}

function cleaningOf(header: DataSet): Cleaning {
  const identifiers = identifiersOf(header);
  return {
    profile: present(profileOf(sopClass.EnhancedMRImageStorage), 'a profile'),
    uids: createUidMap(new Uint8Array(32)),
    identifiers,
    drops: new DropCounter(),
    safePrivate: new SafePrivate(identifiers),
  };
}

/** Anatomy whose side is no term in every frame, and in some none that many have. */
const withDrops = ({ slice }: MadeFrame): Readonly<Record<number, ValueInput>> => ({
  [t.FrameAnatomySequence]: [
    dataSetOf({ FrameLaterality: 'ADA', AnatomicRegionSequence: [dataSetOf({ CodeValue: 'X1' })] }),
  ],
  [t.FrameVOILUTSequence]: [dataSetOf({ WindowCenter: slice, WindowWidth: 1e30 })],
});

test('what is left of packed frames, and what is counted, is that of frames that are held', () => {
  const header = headerOf(withDrops);
  const [of, ofPacked] = [cleaningOf(header), cleaningOf(header)];
  const wanted = applyProfile(header, of);
  const { header: left, lost } = atOnce(cleanHeader(packed(header), ofPacked));
  assert.equal(lost, undefined);
  assert.deepEqual(ofPacked.drops.drops, of.drops.drops);
  assert.ok((of.drops.drops.term ?? 0) >= 6);
  assert.deepEqual(encodeDataSet(left, syntax), encodeDataSet(wanted, syntax));
  // Made again by whoever asks, and counted once.
  assert.deepEqual(encodeDataSet(left, syntax), encodeDataSet(wanted, syntax));
  assert.deepEqual(ofPacked.drops.drops, of.drops.drops);
});

test('what one frame loses of its place is told', () => {
  const header = headerOf(({ slice, time }) =>
    slice === 2 && time === 1
      ? { [t.PlanePositionSequence]: [dataSetOf({ ImagePositionPatient: '1\\2\\1e9' })] }
      : {},
  );
  for (const each of [packed(header), header]) {
    const { lost } = atOnce(cleanHeader(each, cleaningOf(header)));
    assert.equal(lost, 'ImagePositionPatient');
  }
});

test('what identifies somebody in the last frame leaves in none', () => {
  const header = headerOf(({ slice, time }) => ({
    [t.FrameContentSequence]: [
      dataSetOf(slice === 2 && time === 1 ? { FrameAcquisitionDateTime: '19991231' } : {}),
    ],
    [t.MRTimingAndRelatedParametersSequence]: [dataSetOf({ RepetitionTime: '2000.991231' })],
  }));
  const opened = packed(header);
  const identifiers = identifiersOf(opened);
  assert.ok(identifiers.isText('19991231'));
  const cleaning = { ...cleaningOf(header), identifiers };
  atOnce(cleanHeader(opened, cleaning));
  assert.deepEqual(cleaning.drops.drops, { identifier: 6 });
});
