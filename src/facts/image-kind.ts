/** Which part of a complex signal the values are. */
export type ImageComponent = 'magnitude' | 'phase' | 'real' | 'imaginary';

/** What was computed of images of a series and lies beside them. */
export type DerivedMap =
  | 'ADC'
  | 'TRACEW'
  | 'FA'
  | 'B0'
  | 'T1'
  | 'T2'
  | 'T2STAR'
  | 'SUBTRACTION'
  | 'MIP';

/** What the values of an image are. */
export interface ImageKind {
  readonly component: ImageComponent | undefined;
  readonly map: DerivedMap | undefined;
  /** Its pixels were made of those of other images, or it says so. */
  readonly isDerived: boolean;
}

/** Values of Image Type, and of vendors' elements like it, that name a component. */
const components: Readonly<Record<string, ImageComponent>> = {
  M: 'magnitude',
  MAGNITUDE: 'magnitude',
  M_FFE: 'magnitude',
  M_IR: 'magnitude',
  M_SE: 'magnitude',
  P: 'phase',
  PHASE: 'phase',
  'PHASE MAP': 'phase',
  P_FFE: 'phase',
  PHASE_MAP: 'phase',
  R: 'real',
  REAL: 'real',
  R_FFE: 'real',
  R_IR: 'real',
  I: 'imaginary',
  IMAGINARY: 'imaginary',
  I_FFE: 'imaginary',
  I_IR: 'imaginary',
};

const maps: Readonly<Record<string, DerivedMap>> = {
  ADC: 'ADC',
  ADC_MAP: 'ADC',
  'ADC MAP': 'ADC',
  ADC_UNSPECIFIED: 'ADC',
  TRACEW: 'TRACEW',
  TRACE: 'TRACEW',
  ISOTROPIC: 'TRACEW',
  FA: 'FA',
  'FRACTIONAL ANISOTROPY': 'FA',
  'B0 MAP': 'B0',
  B0_MAP: 'B0',
  'FIELD MAP': 'B0',
  FIELD_MAP: 'B0',
  T1: 'T1',
  'T1 MAP': 'T1',
  T2: 'T2',
  'T2 MAP': 'T2',
  'T2_STAR MAP': 'T2STAR',
  'T2* MAP': 'T2STAR',
  SUBTRACTION: 'SUBTRACTION',
  MIP: 'MIP',
  MIP_SAG: 'MIP',
  MIP_COR: 'MIP',
  MIP_TRA: 'MIP',
};

/** From which value of Image Type on a word can say what the values are. @standard PS3.3 §C.7.6.1.1.2 */
const firstOfKind = 2;

/** What the values of Image Type say; other words say nothing here. */
export function imageKindOf(words: readonly string[]): ImageKind {
  const said = words.slice(firstOfKind).map((word) => word.trim().toUpperCase());
  const component = said.map((word) => components[word]).find((known) => known !== undefined);
  const map = said.map((word) => maps[word]).find((known) => known !== undefined);
  return { component, map, isDerived: words[0]?.trim().toUpperCase() === 'DERIVED' };
}

/**
 * What a single-frame image says its values are. Where Image Type names no component, another element
 * may; that images are of magnitude it need not say, as others of their stack do not.
 *
 * @param component Complex Image Component, or what a vendor has for it
 */
export function classicKindOf(words: readonly string[], component: string | undefined): ImageKind {
  const kind = imageKindOf(words);
  const stated = componentOf(component);
  return kind.component !== undefined || stated === 'magnitude'
    ? kind
    : { ...kind, component: stated };
}

function componentOf(word: string | undefined): ImageComponent | undefined {
  return word === undefined ? undefined : components[word.trim().toUpperCase()];
}

/**
 * What a frame of an enhanced object says its values are. Complex Image Component wins; the third
 * value of Frame Type names what the image is weighted by (T1, DIFFUSION), so that it tells of no map.
 *
 * @param words of Frame Type, else of Image Type
 * @param component Complex Image Component
 * @standard PS3.3 §C.8.13.3.1, §C.8.16.1
 */
export function frameKindOf(words: readonly string[], component: string | undefined): ImageKind {
  const [value1 = '', value2 = '', flavor = '', ...contrast] = words;
  const kind = imageKindOf([value1, value2, '', ...contrast]);
  return { ...kind, component: componentOf(component) ?? kind.component ?? componentOf(flavor) };
}
