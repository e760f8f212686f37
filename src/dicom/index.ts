/** DICOM data: elements, dictionary, streams of tokens, files. @standard PS3.5, PS3.6, PS3.10 */
export {
  type Attribute,
  formatTag,
  isGroupLengthTag,
  isPrivateCreatorTag,
  isPrivateTag,
  type Keyword,
  keywordOf,
  lookup,
  vrOf,
} from './dictionary/dictionary.ts';
export { tag } from './dictionary/generated/tag.ts';
export { applicationContext, sopClass, transferSyntax } from './dictionary/generated/uids.ts';
export { swapByteOrder } from './element/byte-order.ts';
export {
  type CharacterSet,
  decodeText,
  defaultCharacterSet,
  encodeText,
} from './element/character-set.ts';
export { CommonElements, onceInCommon } from './element/common-elements.ts';
export { dataSetOf, elementOf, padValue, type ValueInput } from './element/data-set-of.ts';
export type { DataElement, DataSet, ItemList, Tag, Vr } from './element/element.ts';
export { ChangedItems, onceShared } from './element/item-list.ts';
export { splitValues } from './element/split-values.ts';
export { isUid } from './element/uid.ts';
export {
  characterSetOf,
  getBytes,
  getNumber,
  getNumbers,
  getSequence,
  getString,
  getStrings,
  getUid,
  type TextOptions,
} from './element/value.ts';
export { type VrTraits, vrTraits } from './element/vr.ts';
export { dicomErrors } from './errors.ts';
export {
  encodeFileHeader,
  type FileMeta,
  implementationClassUid,
  implementationVersionName,
} from './file/file-meta.ts';
export {
  createFileHeaderReader,
  type FileHeaderReader,
  type OpenFile,
  openFile,
} from './file/file-reader.ts';
export { dicomLimits, type ReaderLimits } from './limits.ts';
export { decodeDataSet, encodeDataSet, encodeInPieces, tokensOf } from './stream/data-set-codec.ts';
export {
  type CollectorOptions,
  createDataSetCollector,
  type DataSetCollector,
} from './stream/data-set-collector.ts';
export { type InflateLimits, inflateInstance } from './stream/inflate.ts';
export type { Instance } from './stream/instance.ts';
export { readTokens } from './stream/read-tokens.ts';
export { itemsOfUnknown, resolveUnknown } from './stream/resolve-unknown.ts';
export type { Token } from './stream/token.ts';
export {
  createTokenReader,
  type TokenReader,
  type TokenReaderOptions,
} from './stream/token-reader.ts';
export {
  createTokenWriter,
  type TokenWriter,
  type TokenWriterOptions,
} from './stream/token-writer.ts';
export {
  type Encoding,
  encodingOf,
  hasBigEndianPixels,
  privateGe,
} from './stream/transfer-syntax.ts';
