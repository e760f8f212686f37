import { type DataElement, type DataSet, type Keyword, tag as t } from '../../dicom/index.ts';
import { type Fact, fact, knownValue } from '../fact.ts';
import { frameKindOf, type ImageKind } from '../image-kind.ts';
import { codeText, wordsOf } from '../read-text.ts';
import { itemOfMacro, macroItem } from './groups.ts';

/** What a frame is. */
export interface FrameType {
  readonly kind: ImageKind;
  /** Frame Type as a token, else Image Type. */
  readonly imageType: Fact<string>;
}

/** Frame Type of MR, CT and PET. @standard PS3.3 §C.8.13.5.1, §C.8.15.3.1, §C.8.22.5.1 */
const frameTypes: readonly Keyword[] = [
  'MRImageFrameTypeSequence',
  'CTImageFrameTypeSequence',
  'PETFrameTypeSequence',
];

/**
 * What the type in a functional group says; undefined where it states none.
 *
 * @param typeBy what the sequence of a macro says (`typeOfMacro`)
 */
export function groupTypeOf(
  group: DataSet,
  typeBy: (element: DataElement) => FrameType | undefined,
): FrameType | undefined {
  for (const macro of frameTypes) {
    const element = group.get(t[macro]);
    const type = element && typeBy(element);
    if (type !== undefined) return type;
  }
  return undefined;
}

/** The type that the sequence of a macro states; one that cannot be read is not kept. */
export function typeOfMacro(
  element: DataElement,
  tokenOf: (text: string) => string,
): FrameType | undefined {
  const item = itemOfMacro(element);
  if (item === 'none') return undefined;
  return typeIn(item === 'damaged' ? new Map() : item, t.FrameType, tokenOf);
}

/** What Image Type, or Frame Type, and Complex Image Component beside it say. */
export function typeIn(holder: DataSet, tag: number, tokenOf: (text: string) => string): FrameType {
  const type = codeText(holder, tag);
  const words = type.kind === 'value' ? wordsOf(type.value) : [];
  const component = knownValue(codeText(holder, t.ComplexImageComponent));
  return {
    kind: frameKindOf(words, component),
    imageType: type.kind === 'value' ? fact(tokenOf(words.join('\\'))) : type,
  };
}

/**
 * Diffusion Directionality of the first group that states it; '' where none does.
 *
 * @standard PS3.3 §C.8.13.5.9
 */
export function directionalityOf(groups: readonly DataSet[]): string {
  for (const group of groups) {
    const item = macroItem(group, 'MRDiffusionSequence');
    if (item === 'none') continue;
    return item === 'damaged' ? '' : (knownValue(codeText(item, t.DiffusionDirectionality)) ?? '');
  }
  return '';
}
