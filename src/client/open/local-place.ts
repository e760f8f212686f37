/** Where a local file is or is to be. */
export interface LocalPlace {
  /** For system calls; may start at a folder that is held open. */
  readonly path: string;
  /** As its user knows it, for texts. */
  readonly shown: string;
}
