import { runChild, runTool } from './child.ts';
import type { Owner } from './owner.ts';
import { systemPython } from './require-tool.ts';
import { tempFolder } from './temp.ts';

// What independent readers make of DICOM files: DCMTK, dicom3tools, GDCM with pydicom.

const identifiersScript = `
import json, sys, pydicom
from pydicom.datadict import dictionary_VR
found = set()
def visit(ds, depth=0):
    for e in ds:
        if e.VR == 'SQ':
            for item in e.value: visit(item)
            continue
        values = e.value if isinstance(e.value, pydicom.multival.MultiValue) else [e.value]
        for v in values:
            if v is None: continue
            text = str(v).strip()
            uid = e.VR == 'UI' and not text.startswith('1.2.840.10008.')
            named = e.VR in ('PN', 'DA', 'DT') or e.keyword in (
                'PatientID', 'InstitutionName', 'InstitutionAddress', 'StationName',
                'AccessionNumber', 'StudyID', 'DeviceSerialNumber', 'StudyDescription')
            if (uid or named) and len(text) >= 5: found.add(text)
for path in sys.argv[1:]:
    visit(pydicom.dcmread(path, stop_before_pixels=True))
print(json.dumps(sorted(found)))
`;

/** UIDs, names, dates and places in files, as pydicom reads them: nothing of them may be served. */
export async function identifiersOf(paths: readonly string[]): Promise<readonly string[]> {
  const text = await runTool(systemPython, '-c', identifiersScript, ...paths);
  return JSON.parse(text) as readonly string[];
}

const pixelScript = `
import hashlib, os, subprocess, sys, pydicom
raw = os.path.join(sys.argv[1], 'raw.dcm')
for path in sys.argv[2:]:
    ds = pydicom.dcmread(path)
    if ds.file_meta.TransferSyntaxUID.is_compressed:
        subprocess.run(['gdcmconv', '--raw', path, raw], check=True)
        ds = pydicom.dcmread(raw)
    print(hashlib.sha256(ds.pixel_array.tobytes()).hexdigest())
`;

/** SHA-256 of the decoded frames of each file; GDCM decodes what is compressed, pydicom reads. */
export async function pixelDigests(
  owner: Owner,
  paths: readonly string[],
): Promise<readonly string[]> {
  const folder = await tempFolder(owner);
  const text = await runTool(systemPython, '-c', pixelScript, folder, ...paths);
  return text.trim().split('\n');
}

/** Errors that dciodvfy sees in a file, one line each. */
export async function dciodvfyErrors(path: string): Promise<ReadonlySet<string>> {
  const { stdout, stderr } = await runChild(['dciodvfy', path]);
  return new Set(`${stdout}\n${stderr}`.split('\n').filter((line) => line.startsWith('Error')));
}

/** Value of an attribute as dcmdump prints it: `attributeOf(file, '0020,000d')`. */
export async function attributeOf(path: string, tag: string): Promise<string> {
  const { stdout } = await runChild(['dcmdump', '+P', tag, path]);
  return /\[(.*?)\]/.exec(stdout)?.[1] ?? '';
}
