import type { ListedKey } from '../wire/key-list.ts';
import type { UpkeepClient } from './upkeep-client.ts';

/** A key, and what each server that was asked has of it. */
export interface KeptKey {
  readonly keyId: string;
  readonly kept: ReadonlyMap<string, ListedKey>;
}

/** All keys that the servers have between them, in the order of their ids, each once. */
export async function* walkKeys(
  client: Pick<UpkeepClient, 'list'>,
  servers: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<KeptKey> {
  const lists = servers.map((server) => new KeyList(client, server));
  for (;;) {
    for (const list of lists) if (list.isEmpty) await list.fill(signal);
    const heads = lists.flatMap((list) => list.head ?? []);
    const keyId = heads.reduce<string | undefined>(
      (least, head) => (least === undefined || head.keyId < least ? head.keyId : least),
      undefined,
    );
    if (keyId === undefined) return;
    const kept = new Map<string, ListedKey>();
    for (const list of lists) {
      const key = list.take(keyId);
      if (key !== undefined) kept.set(list.server, key);
    }
    yield { keyId, kept };
  }
}

/** What one server has, page by page. */
class KeyList {
  readonly server: string;
  readonly #client: Pick<UpkeepClient, 'list'>;
  #page: readonly ListedKey[] = [];
  #at = 0;
  /** Undefined before the first page, null after the last. */
  #next: string | null | undefined;

  constructor(client: Pick<UpkeepClient, 'list'>, server: string) {
    this.#client = client;
    this.server = server;
  }

  /** Whether a page is to be fetched before `head` says anything. */
  get isEmpty(): boolean {
    return this.#at === this.#page.length && this.#next !== null;
  }

  get head(): ListedKey | undefined {
    return this.#page[this.#at];
  }

  /** The head, if it is of this key; then it is the head no more. */
  take(keyId: string): ListedKey | undefined {
    const { head } = this;
    if (head?.keyId !== keyId) return undefined;
    this.#at += 1;
    return head;
  }

  /** A page may be empty, where all in it is destroyed or damaged. */
  async fill(signal: AbortSignal | undefined): Promise<void> {
    while (this.isEmpty) {
      const { keys, next } = await this.#client.list(this.server, this.#next ?? null, signal);
      this.#page = keys;
      this.#at = 0;
      this.#next = next;
    }
  }
}
