import { transferSyntax as t } from '../dicom/index.ts';

/**
 * Transfer syntaxes that instances may come in, best first: native ones, then compressed ones,
 * which pass through as they are.
 */
export const acceptedTransferSyntaxes: readonly string[] = [
  t.ExplicitVRLittleEndian,
  t.ImplicitVRLittleEndian,
  t.JPEGLosslessSV1,
  t.JPEGLossless,
  t.JPEGLSLossless,
  t.JPEGLSNearLossless,
  t.JPEG2000Lossless,
  t.JPEG2000,
  t.RLELossless,
  t.JPEGBaseline8Bit,
  t.JPEGExtended12Bit,
  t.DeflatedExplicitVRLittleEndian,
  t.ExplicitVRBigEndian,
];
