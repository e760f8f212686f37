import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framesOf, type MadeFrame, makeEnhanced } from '../../../test/support/make-enhanced.ts';
import {
  CommonElements,
  createDataSetCollector,
  type DataSet,
  dataSetOf,
  encodeDataSet,
  getString,
  sopClass,
  tag as t,
  tokensOf,
  transferSyntax,
  type ValueInput,
} from '../../dicom/index.ts';
import { present } from '../../lib/assert.ts';
import { atOnce } from '../../lib/streams/steps.ts';
import { DropCounter } from '../meaning/drops.ts';
import { createGatherer, identifiersOf } from '../meaning/identifiers.ts';
import { profileOf } from '../profile/profile.ts';
import { createUidMap } from '../pseudonyms/uid-map.ts';
import { applyProfile, type Cleaning } from './apply-profile.ts';
import { type CleanHeader, createHeaderCleaner, type HeaderCleaning } from './clean-header.ts';
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

function cleaningOf(header: DataSet): Cleaning & HeaderCleaning {
  const identifiers = identifiersOf(header);
  return {
    profile: present(profileOf(sopClass.EnhancedMRImageStorage), 'a profile'),
    uids: createUidMap(new Uint8Array(32)),
    identifiers,
    drops: new DropCounter(),
    safePrivate: new SafePrivate(identifiers),
    keepsSafePrivate: true,
  };
}

const clean = (header: DataSet, cleaning: Cleaning & HeaderCleaning): CleanHeader =>
  atOnce(createHeaderCleaner(cleaning)(header, cleaning));

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
  const { header: left, lost } = clean(packed(header), ofPacked);
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
    const { lost } = clean(each, cleaningOf(header));
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
  clean(opened, cleaning);
  assert.deepEqual(cleaning.drops.drops, { identifier: 6 });
});

test('what equals an identifier of its own header goes, also where the header before had it too', () => {
  const { profile, uids } = cleaningOf(new Map());
  const [cleanNext, gather] = [createHeaderCleaner({ profile, uids }), createGatherer()];
  const elements = new CommonElements();
  const leftOf = (values: Parameters<typeof dataSetOf>[0], name?: Buffer): readonly string[] => {
    const named = new Map(
      dataSetOf({ BodyPartExamined: 'HEAD', EchoTime: '20.471188', ...values }),
    );
    if (name !== undefined) {
      named.set(t.PatientName, { tag: t.PatientName, vr: 'PN', value: name });
    }
    const header = elements.share(named);
    const identifiers = atOnce(gather(header));
    const { header: left } = atOnce(cleanNext(header, { identifiers, drops: new DropCounter() }));
    return [t.BodyPartExamined, t.EchoTime].map((tag) => getString(left, tag) ?? '');
  };
  const both = ['HEAD', '20.471188'];
  assert.deepEqual(leftOf({}), both);
  assert.deepEqual(leftOf({ PatientName: 'X^HEAD' }), ['', '20.471188']);
  assert.deepEqual(leftOf({ PatientID: '471188' }), ['HEAD', '']);
  assert.deepEqual(leftOf({}), both);
  // The same bytes, of which another character set makes another name.
  const accented = Buffer.from('X^H\xc9AD', 'latin1');
  assert.deepEqual(leftOf({ SpecificCharacterSet: 'ISO_IR 192' }, accented), both);
  assert.deepEqual(leftOf({ SpecificCharacterSet: 'ISO_IR 100' }, accented), ['', '20.471188']);
  assert.deepEqual(leftOf({ SpecificCharacterSet: 'ISO_IR 192' }, accented), both);
});

test('headers that are gathered in turns are each read in their own character set', () => {
  const gather = createGatherer();
  const accented = Buffer.from('X^H\xc9AD', 'latin1');
  const [latin, utf8] = ['ISO_IR 100', 'ISO_IR 192'].map((charset) => {
    const header = new Map(dataSetOf({ SpecificCharacterSet: charset }));
    return gather(header.set(t.PatientName, { tag: t.PatientName, vr: 'PN', value: accented }));
  });
  latin?.next();
  utf8?.next();
  assert.equal(atOnce(present(latin, 'one')).isText('HEAD'), true);
  assert.equal(atOnce(present(utf8, 'another')).isText('HEAD'), false);
});
