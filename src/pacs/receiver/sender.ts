/**
 * A PACS as one that opens associations to our receiver. Without TLS neither an address nor an AE
 * title proves who calls: whoever can send from the address of a PACS can be that PACS.
 */
export interface Sender {
  /** Our name of the PACS. */
  readonly pacs: string;
  /** What it calls itself towards us. */
  readonly callingAeTitles: readonly string[];
  /** Whether it sends from there. */
  isAt(remoteAddress: string): boolean;
}

/** Whether a caller can be this PACS. */
export function canBe(
  sender: Sender,
  caller: { readonly remoteAddress: string; readonly callingAeTitle: string },
): boolean {
  return (
    sender.isAt(caller.remoteAddress) && sender.callingAeTitles.includes(caller.callingAeTitle)
  );
}
