/** Compiles tables of `tables/` to source text. `npm run generate` writes, `generate:check` compares. */
export interface Generator {
  readonly name: string;
  /** Path of each generated file, relative to the project, with its whole text. Deterministic. */
  generate(root: string): Promise<ReadonlyMap<string, string>>;
}
