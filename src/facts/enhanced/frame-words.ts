import { type DataSet, onceShared, type Tag, tag as t } from '../../dicom/index.ts';
import { absent, type Fact, fact } from '../fact.ts';
import { codeText, wordsOf } from '../read-text.ts';
import { type FunctionalGroups, itemOfMacro, type MacroItem, macroItem } from './groups.ts';

/** What makes a token of a text that stays here. */
interface TokenSource {
  readonly tokenOf: (text: string) => string;
}

/** Stack ID is a text of the scanner's: what it says stays here. @standard PS3.3 §C.7.6.16.2.2 */
export function stackOf(frame: DataSet, { tokenOf }: TokenSource): Fact<string> {
  return tokenIn(macroItem(frame, 'FrameContentSequence'), t.StackID, tokenOf);
}

/**
 * Convolution Kernel as a token: of the frame, else of all; absent where no group states it.
 *
 * @standard PS3.3 §C.8.15.3.6 (CT Reconstruction), §C.7.6.16.2.25
 */
export function createKernels(
  { tokenOf }: TokenSource,
  { frames, shared }: FunctionalGroups,
): (frame: DataSet) => Fact<string> {
  const macros = [
    'CTReconstructionSequence',
    'UnassignedPerFrameConvertedAttributesSequence',
    'UnassignedSharedConvertedAttributesSequence',
  ] as const;
  const kernelBy = onceShared(frames, (element) =>
    tokenIn(itemOfMacro(element), t.ConvolutionKernel, tokenOf),
  );
  const kernelIn = (group: DataSet): Fact<string> => {
    for (const macro of macros) {
      const element = group.get(t[macro]);
      const kernel = element === undefined ? absent : kernelBy(element);
      if (kernel.kind !== 'absent') return kernel;
    }
    return absent;
  };
  const common = kernelIn(shared);
  return (frame) => {
    const own = kernelIn(frame);
    return own.kind === 'absent' ? common : own;
  };
}

/** A text as a token; absent where the item that would have it cannot be read. */
function tokenIn(item: MacroItem, tag: Tag, tokenOf: (text: string) => string): Fact<string> {
  if (typeof item === 'string') return absent;
  const text = codeText(item, tag);
  return text.kind === 'value' ? fact(tokenOf(wordsOf(text.value).join('\\'))) : text;
}
