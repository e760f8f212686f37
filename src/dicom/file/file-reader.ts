import { concatBytes, noBytes, viewOf } from '../../lib/bytes/bytes.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { vrByCode, vrTraits } from '../element/vr.ts';
import { dicomErrors } from '../errors.ts';
import { dicomLimits } from '../limits.ts';
import { decodeFileMeta, type FileMeta, filePrefixBytes } from './file-meta.ts';

/** A file whose meta information was read. */
export interface OpenFile {
  readonly meta: FileMeta;
  readonly transferSyntaxUid: string;
  /** What follows the file meta information; read once. */
  readonly dataSet: ByteStream;
}

/** Reads the start of a DICOM file. */
export interface FileHeaderReader {
  /**
   * Take more of the file: undefined while the meta information goes on, then it and the first
   * bytes of the data set.
   *
   * @throws MdmError `DICOM_FILE_PREFIX_MISSING`, `DICOM_FILE_META_INVALID`,
   *   `DICOM_FILE_META_TOO_LARGE`
   */
  push(chunk: Uint8Array): { readonly meta: FileMeta; readonly rest: Uint8Array } | undefined;
}

/**
 * Make a reader of preamble and file meta information. The preamble is skipped unseen. The meta
 * information ends before the first element of another group; its group length is not believed.
 *
 * @standard PS3.10 §7.1
 */
export function createFileHeaderReader(
  limits: { readonly fileMetaMaxBytes: number } = dicomLimits,
): FileHeaderReader {
  let held: Uint8Array = noBytes;
  let at = filePrefixBytes;
  /** Whether all of the meta information is in `bytes`; `at` is behind it then. */
  const isComplete = (bytes: Uint8Array): boolean => {
    if (bytes.length < filePrefixBytes) return false;
    checkPrefix(bytes);
    for (;;) {
      const next = nextElement(bytes, at);
      if (next === 'end') return true;
      if (next === 'more') return false;
      if (next - filePrefixBytes > limits.fileMetaMaxBytes) {
        throw dicomErrors.create('DICOM_FILE_META_TOO_LARGE', { context: { offset: at } });
      }
      if (next > bytes.length) return false;
      at = next;
    }
  };
  return {
    push(chunk) {
      const bytes = held.length === 0 ? chunk : concatBytes([held, chunk]);
      if (!isComplete(bytes)) {
        // A copy: the chunk's memory is its giver's again.
        held = bytes === chunk ? Uint8Array.from(chunk) : bytes;
        return undefined;
      }
      return {
        meta: decodeFileMeta(bytes.subarray(filePrefixBytes, at)),
        rest: bytes.subarray(at),
      };
    },
  };
}

/**
 * Open a file: read its start, leave the data set to the caller.
 *
 * @throws MdmError as `createFileHeaderReader`; `DICOM_TRUNCATED` when the file ends before a data set
 */
export async function openFile(file: ByteStream): Promise<OpenFile> {
  const chunks = file[Symbol.asyncIterator]();
  try {
    const header = createFileHeaderReader();
    for (;;) {
      const next = await chunks.next();
      if (next.done === true) throw dicomErrors.create('DICOM_TRUNCATED');
      const opened = header.push(next.value);
      if (opened === undefined) continue;
      const { meta, rest } = opened;
      return { meta, transferSyntaxUid: meta.transferSyntaxUid, dataSet: resume(rest, chunks) };
    }
  } catch (error) {
    await chunks.return?.();
    throw error;
  }
}

async function* resume(
  first: Uint8Array,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield first;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

function checkPrefix(held: Uint8Array): void {
  const prefix = [0x44, 0x49, 0x43, 0x4d];
  if (!prefix.every((byte, index) => held[filePrefixBytes - 4 + index] === byte)) {
    throw dicomErrors.create('DICOM_FILE_PREFIX_MISSING');
  }
}

/** Where the element at `at` ends; `end` if it is not of group 0002. */
function nextElement(held: Uint8Array, at: number): number | 'more' | 'end' {
  if (held.length < at + 8) return 'more';
  const view = viewOf(held);
  if (view.getUint16(at, true) !== 0x0002) return 'end';
  const vr = vrByCode.get(view.getUint16(at + 4));
  if (vr === undefined) {
    throw dicomErrors.create('DICOM_FILE_META_INVALID', { context: { offset: at } });
  }
  if (!vrTraits[vr].longForm) return at + 8 + view.getUint16(at + 6, true);
  return held.length < at + 12 ? 'more' : at + 12 + view.getUint32(at + 8, true);
}
