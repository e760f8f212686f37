import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  characterSetOf,
  createDataSetCollector,
  type DataSet,
  dataSetOf,
  encodeDataSet,
  encodeFileHeader,
  getStrings,
  inflateInstance,
  openFile,
  readTokens,
  sopClass,
  transferSyntax,
} from '../../src/dicom/index.ts';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { requireData, testData } from '../support/data.ts';
import { requirePython, systemPython } from '../support/require-tool.ts';

/** Prints, for each file named, the person names at every depth in order, as JSON. */
const namesScript = `
import json, sys, warnings
warnings.simplefilter('ignore')
import pydicom
def names(ds):
    out = []
    for e in ds:
        if e.VR == 'SQ':
            for item in e.value: out += names(item)
        elif e.VR == 'PN':
            out += [str(v) for v in (e.value if e.VM > 1 else [e.value])]
    return out
print(json.dumps({p: names(pydicom.dcmread(p)) for p in sys.argv[1:]}))
`;

/** Prints keyword and value of the elements of one file, as JSON. */
const valuesScript = `
import json, sys
import pydicom
ds = pydicom.dcmread(sys.argv[1])
print(json.dumps({
    'syntax': ds.file_meta.TransferSyntaxUID, 'version': ds.file_meta.ImplementationVersionName,
    'name': str(ds.PatientName), 'rows': ds.Rows, 'spacing': [float(v) for v in ds.PixelSpacing],
    'item': ds.ReferencedStudySequence[0].ReferencedSOPInstanceUID, 'pixels': list(ds.PixelData)}))
`;

function python(script: string, ...args: readonly string[]): unknown {
  const output = execFileSync(systemPython, ['-c', script, ...args], { maxBuffer: 1 << 26 });
  return JSON.parse(output.toString('utf8'));
}

function namesOf(dataSet: DataSet, inherited: readonly string[] = []): string[] {
  const terms = characterSetOf(dataSet, inherited);
  return [...dataSet.values()].flatMap((element) => {
    if (element.vr === 'SQ') return [...element.items].flatMap((item) => namesOf(item, terms));
    return element.vr === 'PN' ? [...getStrings(dataSet, element.tag, { inherited })] : [];
  });
}

async function readHeader(path: string): Promise<DataSet> {
  const file = await openFile(createReadStream(path));
  const { transferSyntaxUid } = inflateInstance(file);
  const collector = createDataSetCollector({ transferSyntaxUid });
  for await (const tokens of readTokens(file)) if (collector.add(tokens)) break;
  return collector.dataSet;
}

test('person names in every character set, as pydicom decodes them', {
  skip: requireData('zoo/charset') || requirePython('pydicom'),
}, async () => {
  const folder = testData('zoo/charset') ?? '';
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith('.dcm'))
    .map((name) => join(folder, name));
  const theirs = python(namesScript, ...paths) as Record<string, string[]>;
  assert.ok(paths.length > 10);
  for (const path of paths) {
    const ours = namesOf(await readHeader(path));
    assert.deepEqual(shown(ours), shown(theirs[path] ?? []), path);
  }
});

/** Empty names, trailing empty groups and padding are shown differently. */
function shown(names: readonly string[]): readonly string[] {
  const plain = names.map((name) => name.normalize('NFC').replace(/[=^ ]+$/, ''));
  return plain.filter((name) => name !== '');
}

test('pydicom reads the files we write, in four transfer syntaxes', {
  skip: requirePython('pydicom'),
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mdm-dicom-'));
  try {
    const dataSet = dataSetOf({
      SpecificCharacterSet: 'ISO_IR 192',
      SOPClassUID: sopClass.SecondaryCaptureImageStorage,
      SOPInstanceUID: '2.25.7',
      PatientName: 'Müller^山',
      ReferencedStudySequence: [dataSetOf({ ReferencedSOPInstanceUID: '2.25.8' })],
      Rows: 513,
      PixelSpacing: ['0.5', '0.25'],
      PixelData: Uint8Array.of(1, 2, 3, 4),
    });
    for (const transferSyntaxUid of [
      transferSyntax.ImplicitVRLittleEndian,
      transferSyntax.ExplicitVRLittleEndian,
      transferSyntax.ExplicitVRBigEndian,
      transferSyntax.DeflatedExplicitVRLittleEndian,
    ]) {
      const path = join(folder, `${transferSyntaxUid}.dcm`);
      const identity = {
        sopClassUid: sopClass.SecondaryCaptureImageStorage,
        sopInstanceUid: '2.25.7',
      };
      const header = encodeFileHeader({ ...identity, transferSyntaxUid });
      writeFileSync(path, concatBytes([header, encodeDataSet(dataSet, transferSyntaxUid)]));
      const swapped = transferSyntaxUid === transferSyntax.ExplicitVRBigEndian;
      assert.deepEqual(python(valuesScript, path), {
        syntax: transferSyntaxUid,
        version: 'MDM_0_1',
        name: 'Müller^山',
        rows: 513,
        spacing: [0.5, 0.25],
        item: '2.25.8',
        pixels: swapped ? [2, 1, 4, 3] : [1, 2, 3, 4],
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
