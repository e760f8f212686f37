import type { Vr } from './element.ts';

/**
 * What a value representation is on the wire.
 *
 * @standard PS3.5 Tables 6.2-1, 7.1-1, 7.1-2
 */
export interface VrTraits {
  /** Explicit VR header of 12 bytes with a 32-bit length, instead of 8 with 16 bits. */
  readonly longForm: boolean;
  /** What an odd value is padded with. */
  readonly padding: 0x00 | 0x20;
  /** Characters, numbers of fixed size, or bytes. */
  readonly kind: 'string' | 'binary' | 'sequence';
  /** Bytes of one value that byte order turns round; 1 where none does. */
  readonly unitBytes: 1 | 2 | 4 | 8;
  /** Whether a backslash separates values. */
  readonly multiple: boolean;
  /** Whether Specific Character Set applies. @standard PS3.5 §6.1.2.3 */
  readonly characterSet: boolean;
}

const text: VrTraits = {
  longForm: false,
  padding: 0x20,
  kind: 'string',
  unitBytes: 1,
  multiple: true,
  characterSet: false,
};
const localText: VrTraits = { ...text, characterSet: true };
const longText: VrTraits = { ...localText, multiple: false };

const binary = (unitBytes: 1 | 2 | 4 | 8, longForm: boolean): VrTraits => ({
  longForm,
  padding: 0x00,
  kind: 'binary',
  unitBytes,
  multiple: false,
  characterSet: false,
});

/** Every VR of the standard. */
export const vrTraits: Readonly<Record<Vr, VrTraits>> = {
  AE: text,
  AS: text,
  AT: binary(2, false),
  CS: text,
  DA: text,
  DS: text,
  DT: text,
  FD: binary(8, false),
  FL: binary(4, false),
  IS: text,
  LO: localText,
  LT: longText,
  OB: binary(1, true),
  OD: binary(8, true),
  OF: binary(4, true),
  OL: binary(4, true),
  OV: binary(8, true),
  OW: binary(2, true),
  PN: localText,
  SH: localText,
  SL: binary(4, false),
  SQ: { ...binary(1, true), kind: 'sequence' },
  SS: binary(2, false),
  ST: longText,
  SV: binary(8, true),
  TM: text,
  UC: { ...localText, longForm: true },
  UI: { ...text, padding: 0x00 },
  UL: binary(4, false),
  UN: binary(1, true),
  UR: { ...text, longForm: true, multiple: false },
  US: binary(2, false),
  UT: { ...longText, longForm: true },
  UV: binary(8, true),
};

/** A VR by the two bytes of its name, first byte in the upper 8 bits. */
export const vrByCode: ReadonlyMap<number, Vr> = new Map(
  (Object.keys(vrTraits) as Vr[]).map((vr) => [vrCode(vr), vr]),
);

/** The two bytes of a VR's name as one number. */
function vrCode(vr: Vr): number {
  return (vr.charCodeAt(0) << 8) | vr.charCodeAt(1);
}
