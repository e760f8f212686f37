import type { QueryLevel } from '../pacs-source.ts';

/** Why a walk cannot say that it found all that a PACS holds. */
export type GapReason =
  /** An answer without a proper UID: as a matching key it would mean everything. */
  | 'uid-invalid'
  /** An answer of another study or series than was asked for. */
  | 'not-asked-for'
  | 'query-failed'
  | 'too-many-answers'
  /** Nothing is listed, and no count says that there is nothing. */
  | 'nothing-listed'
  /** The PACS counts more than it lists, also when asked once more. */
  | 'list-short'
  /** A list that no count confirms has a length at which lists are cut, and no parts were to be had. */
  | 'list-doubtful';

/** What a walk left out, or may have. */
export interface Gap {
  readonly reason: GapReason;
  /** Of the query. */
  readonly level: QueryLevel;
  /** DIMSE status that the query ended with, as `0xA700`, where that was the reason. */
  readonly status?: string | undefined;
  /** How many answers or lists. */
  readonly count: number;
}
