/** What is remembered of the lists that each PACS gave. Survives a restart. */
export interface ListMemory {
  /** Note the length of a list. Answers whether this PACS never gave a longer one. */
  isLongest(pacs: string, length: number): Promise<boolean>;
}
