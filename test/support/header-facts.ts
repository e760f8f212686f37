import { type DataSet, getUid, resolveUnknown, tag } from '../../src/dicom/index.ts';
import { type ImageFacts, readStandardFacts } from '../../src/facts/index.ts';

/** The facts of a header as a file has it; Image Type stands for its own token. */
export function factsOfHeader(header: DataSet): ImageFacts {
  return readStandardFacts({
    header: resolveUnknown(header),
    omitted: [],
    sopClassUid: getUid(header, tag.SOPClassUID) ?? '',
    tokenOf: String,
  });
}
