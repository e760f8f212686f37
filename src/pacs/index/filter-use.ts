import { getStrings, tag } from '../../dicom/index.ts';
import type { CollectionFilter, SeriesHolding } from './clinical-index.ts';
import { identifierKey, identifierOfText } from './identifier.ts';

/**
 * Which values of a filter no holding has: a slip of the pen, or images that are not there. Values
 * are named by their place, as `patientIds[3]`, because they may say who somebody is.
 */
export class FilterUse {
  /** Names of the values that were not seen yet, by setting and value. */
  readonly #unseen = new Map<string, string[]>();

  /** @param unseen what an earlier use of the same filter left; default: all its values */
  constructor(filter: CollectionFilter, unseen?: readonly string[]) {
    const isUnseen = (name: string): boolean => unseen?.includes(name) !== false;
    for (const [setting, keys] of Object.entries(keysOf(filter)))
      for (const [at, key] of keys.entries()) {
        const name = `${setting}[${at}]`;
        if (isUnseen(name)) this.#of(`${setting} ${key}`).push(name);
      }
  }

  saw(holding: SeriesHolding): void {
    if (this.#unseen.size === 0) return;
    this.#unseen.delete(`pacs ${holding.pacs}`);
    this.#unseen.delete(`modalities ${getStrings(holding.record, tag.Modality).join('\\')}`);
    this.#unseen.delete(`patientIds ${identifierKey(holding.patientId)}`);
    this.#unseen.delete(`studyInstanceUids ${holding.studyInstanceUid}`);
  }

  /** In the order of the configuration. */
  unseen(): readonly string[] {
    return [...this.#unseen.values()].flat();
  }

  #of(key: string): string[] {
    const names = this.#unseen.get(key) ?? [];
    this.#unseen.set(key, names);
    return names;
  }
}

function keysOf(filter: CollectionFilter): Readonly<Record<string, readonly string[]>> {
  // One that no archive can hold is never seen: the absent identifier of a holding is not it.
  const patients = filter.patientIds.map((text) => {
    const identifier = identifierOfText(text);
    return identifier.kind === 'absent' ? 'of nobody' : identifierKey(identifier);
  });
  const { pacs, modalities, studyInstanceUids } = filter;
  return { pacs, modalities, patientIds: patients, studyInstanceUids };
}
