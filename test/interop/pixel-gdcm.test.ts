import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type Colour,
  createFrameDecoder,
  type FrameShape,
  pixelErrors,
  plainFrame,
} from '../../src/pixel/index.ts';
import { requireData, testData } from '../support/data.ts';
import { requirePython, requireTool, systemPython } from '../support/require-tool.ts';

// Every compressed image of the test data, held against what GDCM, DCMTK or OpenJPEG make of it.

/** What `decoded_frames.py` says of an image, compressed or not. */
interface Described extends Omit<FrameShape, 'colour' | 'palette'> {
  readonly photometric: string;
}

interface Row {
  readonly path: string;
  readonly syntax: string;
  readonly shape: Described;
  readonly coded: readonly string[];
  readonly referee: (Described & { readonly pixels: string }) | null;
}

/** Images that are not what their header says, by the code that they have here. */
const refused: Readonly<Record<string, string>> = {
  // 14 bits coded, bits 0 to 15 used by the header.
  '693_J2KR.dcm': 'PIXEL_FRAME_MISMATCH',
  // RGB by the header, luminance and chrominance by the frame.
  'SC_rgb_jpeg.dcm': 'PIXEL_FRAME_MISMATCH',
  // A file of JPEG 2000 with boxes, not a code stream.
  'GDCMJ2K_TextGBR.dcm': 'PIXEL_CODED_INVALID',
  // The script cuts it at a delimiter that is coded data.
  'JPEG2000-embedded-sequence-delimiter.dcm': 'PIXEL_LIMIT_EXCEEDED',
};
/** What GDCM reads otherwise than pydicom, or not at all; `pixel-kinds.test.ts` has pydicom for it. */
const withoutReferee: readonly string[] = [
  'liver_nonbyte_aligned_rle.dcm',
  'liver_rle.dcm',
  'SC_rgb_rle_16bit.dcm',
  'SC_rgb_rle_16bit_2frame.dcm',
  'SC_rgb_rle_32bit.dcm',
  'SC_rgb_rle_32bit_2frame.dcm',
];

/** What is not coded exactly, OpenJPEG and OpenJPH round in their own ways: by so much at most. */
const rounded: Readonly<Record<string, number>> = { 'HTJ2K_08_RGB.dcm': 1 };

const folders = ['zoo/pydicom', 'zoo/pydicom-data', 'zoo/derived-objects'];
const decoder = createFrameDecoder({ threads: 2 });
after(() => decoder.close());

function rows(): readonly Row[] {
  const scratch = mkdtempSync(join(tmpdir(), 'mdm-pixel-'));
  try {
    const script = fileURLToPath(new URL('./decoded_frames.py', import.meta.url));
    const files = folders.flatMap((folder) => {
      const path = testData(folder) ?? '';
      return readdirSync(path).flatMap((name) => (name.endsWith('.dcm') ? [join(path, name)] : []));
    });
    const output = execFileSync(
      systemPython,
      ['-W', 'ignore', script, scratch, ...files.toSorted()],
      {
        encoding: 'utf8',
        maxBuffer: 2 ** 30,
      },
    );
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function shapeOf({ photometric, ...rest }: Described): FrameShape {
  return { ...rest, colour: colourOf(photometric), palette: undefined };
}

function colourOf(photometric: string): Colour {
  if (photometric === 'RGB') return 'rgb';
  if (photometric === 'YBR_FULL') return 'ybr-full';
  if (photometric === 'YBR_FULL_422') return 'ybr-full-422';
  // Indices stay as they are without their table.
  return photometric.startsWith('YBR') ? 'ybr-j2k' : 'grey';
}

async function outcomeOf({ coded, shape, syntax }: Row): Promise<Buffer | string> {
  try {
    const frames = coded.map((frame) =>
      decoder.decode(syntax, Buffer.from(frame, 'base64'), shapeOf(shape)),
    );
    return Buffer.concat(await Promise.all(frames));
  } catch (error) {
    if (!pixelErrors.has(error)) throw error;
    return error.code;
  }
}

/** The referee's pixels in plain form, frame by frame. */
function expectedOf({ pixels, ...described }: NonNullable<Row['referee']>, frames: number): Buffer {
  const bytes = Buffer.from(pixels, 'base64');
  const length =
    (described.rows * described.columns * described.samples * described.bitsAllocated) / 8;
  return Buffer.concat(
    Array.from({ length: frames }, (_, index) => {
      const frame = bytes.subarray(index * length, (index + 1) * length);
      return plainFrame(new Uint8Array(frame), shapeOf(described));
    }),
  );
}

/** Without the bits above those that are used, which programs fill in their own ways. */
function usedBits(pixels: Buffer, { bitsAllocated, bitsStored }: Described): Buffer {
  if (bitsAllocated !== 16 || bitsStored === 16) return pixels;
  const words = new Uint16Array(new Uint8Array(pixels).buffer);
  return Buffer.from(words.map((word) => word & (2 ** bitsStored - 1)).buffer);
}

test('compressed images decode to the pixels that other programs see, or have a code', {
  skip:
    requireData(...folders) ||
    requirePython('pydicom') ||
    requireTool('gdcmconv', 'dcmdump', 'opj_decompress'),
  timeout: 300_000,
}, async () => {
  let same = 0;
  for (const row of rows()) {
    const name = basename(row.path);
    if (row.coded.length === 0) continue;
    const ours = await outcomeOf(row);
    if (typeof ours === 'string') {
      assert.equal(ours, refused[name], name);
      continue;
    }
    assert.equal(refused[name], undefined, name);
    if (withoutReferee.includes(name)) continue;
    assert.ok(row.referee !== null, name);
    const theirs = expectedOf(row.referee, row.coded.length);
    const [one, other] = [usedBits(ours, row.shape), usedBits(theirs, row.shape)];
    const within = rounded[name] ?? 0;
    const isNear = one.every((byte, at) => Math.abs(byte - (other[at] ?? 0)) <= within);
    assert.ok(one.length === other.length && isNear, name);
    same += 1;
  }
  assert.ok(same >= 45, `${same} compared`);
});
