import {
  CommonElements,
  createDataSetCollector,
  type DataSet,
  encodingOf,
  type Instance,
  resolveUnknown,
  type Tag,
  type Token,
  tag as t,
  transferSyntax,
} from '../../dicom/index.ts';
import { readTokens } from '../../dicom/stream/read-tokens.ts';
import { Turn } from '../../lib/streams/steps.ts';
import { deidErrors } from '../errors.ts';
import { deidLimits } from '../limits.ts';

/** An instance read up to its pixel data. */
export interface OpenInstance {
  /** Everything before the pixel data, little endian; UN read by the dictionary where it knows. */
  readonly header: DataSet;
  /** Tags of values too long to be held; they are not in `header`. */
  readonly omitted: readonly Tag[];
  /** How the data set is written again: as it came, deflated ones inflated. */
  readonly transferSyntaxUid: string;
  /** Tokens already read, from the one that starts the pixel data on. */
  readonly first: readonly Token[];
  /** The tokens after those. Returning it releases the source. */
  readonly rest: AsyncGenerator<readonly Token[], void, void>;
}

/**
 * Read an instance up to its pixel data.
 *
 * @param elements of the headers before in the same series
 * @throws MdmError of `dicomErrors`; `DEID_MALFORMED` without pixel data
 */
export async function readHeader(
  source: Instance,
  elements = new CommonElements(),
): Promise<OpenInstance> {
  const { deflated } = encodingOf(source.transferSyntaxUid);
  const transferSyntaxUid = deflated
    ? transferSyntax.ExplicitVRLittleEndian
    : source.transferSyntaxUid;
  const collector = createDataSetCollector({
    transferSyntaxUid,
    dataSetMaxBytes: deidLimits.headerMaxBytes,
    packedTag: t.PerFrameFunctionalGroupsSequence,
  });
  const batches = readTokens(source, { likely: elements.likelyValue });
  const turn = new Turn();
  try {
    for (;;) {
      // What came already is read without waiting for anything.
      if (turn.isOver) await turn.pass();
      const { value: tokens, done } = await batches.next();
      if (done === true) {
        throw deidErrors.create('DEID_MALFORMED', { message: 'no pixel data' });
      }
      const pixels = collector.addUntilPixels(tokens);
      if (pixels < 0) continue;
      const { dataSet, omitted } = collector;
      const header = elements.share(resolveUnknown(dataSet));
      return { header, omitted, transferSyntaxUid, first: tokens.slice(pixels), rest: batches };
    }
  } catch (error) {
    await batches.return();
    throw error;
  }
}
