/**
 * What a started thing lives as long as: a node:test context (`t`), or `{ after }` with node:test's
 * own `after` for a whole file or `describe`.
 */
export interface Owner {
  after(release: () => Promise<void> | void): void;
}
