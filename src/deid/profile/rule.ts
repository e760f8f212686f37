import type { Tag, Vr } from '../../dicom/index.ts';

/**
 * What happens to an attribute. X, Z, D, U as PS3.15 has them; `keep` passes numbers
 * within the attribute's bounds and coded strings of its vocabulary, and cleans sequences item by
 * item; `judge` passes texts of a closed vocabulary; `class-uid` passes UIDs of the registry.
 *
 * @standard PS3.15 Table E.1-1a
 */
export type Action = 'X' | 'Z' | 'D' | 'U' | 'keep' | 'judge' | 'class-uid';

/** The rule for one attribute in objects of one SOP class. What no rule covers is removed. */
export interface Rule {
  readonly tag: Tag;
  readonly action: Action;
  /** VRs that the dictionary allows; the first one is written. */
  readonly vrs: readonly Vr[];
  readonly vr: Vr;
  /** Most values that the dictionary allows; Infinity where it sets no bound. */
  readonly valuesMax: number;
  /** What a value becomes of which nothing may stay. */
  readonly otherwise: 'X' | 'Z' | 'D';
  /** A sequence whose items are codes. */
  readonly codes: boolean;
}

/** Types of PS3.5 §7.4 that matter here; `3` also stands for: not in the IOD. */
export type AttributeType = '1' | '2' | '3';

/**
 * The action that a row of Table E.1-1 means for an attribute of `type`. The row's first letter
 * holds unless the IOD needs the attribute; where only D is offered, a type 2 gets it too.
 */
export function resolveAction(code: string, type: AttributeType): Exclude<Action, 'judge'> {
  switch (code) {
    case 'X':
    case 'Z':
    case 'D':
    case 'U':
      return code;
    case 'Z/D':
      return type === '1' ? 'D' : 'Z';
    case 'X/Z':
      return type === '3' ? 'X' : 'Z';
    case 'X/D':
      return type === '3' ? 'X' : 'D';
    case 'X/Z/D':
      return byType(type, 'D');
    case 'X/Z/U*':
      return byType(type, 'keep');
    default:
      // A code of a later edition: removing is what default deny means.
      return 'X';
  }
}

function byType<T>(type: AttributeType, whenRequired: T): T | 'X' | 'Z' {
  if (type === '1') return whenRequired;
  return type === '2' ? 'Z' : 'X';
}
