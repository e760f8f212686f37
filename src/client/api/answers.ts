/** JSON of the gateway's API, as both sides know it. Absent values are left out. */

/** One entry of the tree. */
export interface StatAnswer {
  readonly path: string;
  readonly name: string;
  readonly kind: 'directory' | 'file';
  /** Exact bytes; absent while unknown. */
  readonly size?: number;
  readonly etag?: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly locality: string;
  readonly contentType: string;
  readonly digests: Readonly<Record<string, string>>;
  /** Why the entry cannot be read. */
  readonly refusal?: string;
}

export interface ListAnswer {
  readonly entries: readonly StatAnswer[];
  readonly next?: string;
}

/** Names a request for files together. */
export interface StageAnswer {
  readonly token: string;
}

/** Signed proofs of a file. */
export interface ReceiptsAnswer {
  readonly version: string;
  readonly production?: string;
  /** That the path has an old name of a directory in it, which the statements have not. */
  readonly alias?: string;
  /** Where segments were asked for: as many from the first on as the server gives at once. */
  readonly segments?: SegmentsAnswer;
}

/** Digests of segments, and nodes of the file's tree beside them; base64 of 32 bytes each. */
export interface SegmentsAnswer {
  readonly first: number;
  readonly digests: string;
  readonly beside: readonly string[];
}

export interface FindAnswer {
  readonly entries: readonly {
    readonly path: string;
    readonly metadata: Readonly<Record<string, string | number>>;
  }[];
  readonly next?: string;
}

/** Who may have a key of one's own. */
export interface OwnKeyAnswer {
  readonly keyId: string;
  readonly owner: string;
  readonly version: number;
  readonly entries: AclAnswer['entries'];
}

export interface AclAnswer {
  readonly policyId: string;
  readonly version: number;
  /** Where the list is attached: it holds for all that is below. */
  readonly path: string;
  readonly entries: readonly {
    readonly who: string;
    readonly rights: readonly string[];
    readonly expiresMs?: number;
  }[];
}

/** How far a change has come at the key servers. */
export interface SpreadAnswer {
  /** Number of the entry of the policy feed: of `mdm certificate show`. */
  readonly feedEntry: number;
  /** No one without an earlier share can collect enough any more. */
  readonly quorumMs?: number;
  /** So many know it, and all others' leases ran out. */
  readonly completeMs?: number;
  /** Nobody gets a share any more, because leases ran out; too few servers keep the change yet. */
  readonly shutMs?: number;
  readonly servers: readonly { readonly name: string; readonly acknowledged: boolean }[];
}

export type PolicyChangeAnswer = AclAnswer & SpreadAnswer;

export type OwnKeyChangeAnswer = OwnKeyAnswer & SpreadAnswer;

/** What an operator locked. */
export interface LockAnswer {
  readonly path: string;
  readonly reason: string;
  /** Principal subject of who set it last. */
  readonly by: string;
  readonly sinceMs: number;
}

export type LockChangeAnswer = LockAnswer & SpreadAnswer;

/** What the walk of an archive left out, or may have, for one reason. */
export interface LeftOutAnswer {
  readonly reason: string;
  /** Of the query: `STUDY`, `SERIES` or `IMAGE`. */
  readonly level: string;
  /** DIMSE status, as `0xA700`. */
  readonly status?: string;
  readonly count: number;
}

/** What an operator did to a collection. */
export interface AppliedCollectionAnswer {
  readonly collection: string;
  readonly seriesHidden: number;
}

/** How a collection is, for operators. */
export interface CollectionStatusAnswer {
  readonly collection: string;
  /** Studies of which something is shown. */
  readonly studies: number;
  /** Studies of which something is to be hidden. */
  readonly studiesLeaving: number;
  /** That is so much that it waits for `mdm collection apply`. */
  readonly isWaiting: boolean;
  /** Series that could not be announced, or are held back, by code. */
  readonly failures: readonly { readonly code: string; readonly series: number }[];
}

/** A recall that who asks for the status asked for. */
export interface RecallAnswer {
  /** Of the series; absent while it is not served. */
  readonly path?: string;
  readonly state: string;
  /** Code of why it failed. */
  readonly failure?: string;
  readonly files: number;
  readonly createdMs: number;
}

/** What everybody sees. */
export interface StatusAnswer {
  readonly site: string;
  readonly state: 'ok' | 'degraded';
  /** Open, or failed within a day; the newest first. */
  readonly recalls: readonly RecallAnswer[];
}

/** What operators see. */
export interface FullStatusAnswer extends StatusAnswer {
  /** What does not work as it should. */
  readonly amiss: readonly string[];
  readonly roles: readonly string[];
  /** What this installation does not separate. */
  readonly notes: readonly string[];
  readonly storage: {
    readonly name: string;
    readonly usedBytes: number;
    readonly limitBytes: number;
    /** What could still be fetched, within the limit and on the disk. */
    readonly freeBytes: number;
    /** Free for anybody, of which replicas never take `keptBytes`; absent where nobody can say. */
    readonly disk?: { readonly freeBytes: number; readonly keptBytes: number };
  };
  readonly pacs: readonly {
    readonly name: string;
    readonly circuit: string;
    readonly associationsOpen: number;
    readonly associationsMax: number;
    readonly waiting: number;
    readonly lastCrawlFailure?: string;
    /** The last walk, also one that failed. */
    readonly lastWalk?: {
      readonly endedMs: number;
      readonly seriesFound: number;
      readonly complete: boolean;
      /** What was left out, or may have been, by reason. */
      readonly leftOut: readonly LeftOutAnswer[];
    };
  }[];
  readonly keyServers: readonly KeyServerAnswer[];
  readonly collections: readonly CollectionStatusAnswer[];
  readonly locks: readonly LockAnswer[];
}

/** A key server as the gateway sees it; what is absent it did not say. */
export interface KeyServerAnswer {
  readonly name: string;
  /** `reachable`, or the code of why not. */
  readonly state: string;
  /** Its clock less the gateway's. */
  readonly clockOffsetMs?: number;
  /** How long it would still answer without news of the gateway. */
  readonly leaseRemainingMs?: number;
  /** Number of the last entry of the policy feed that it has. */
  readonly feedPosition?: number;
  /** Whether it takes tokens that other parties accept too. */
  readonly acceptsShared?: boolean;
}

/** The last time that a key server did something, and how often since the gateway started. */
export interface NotedAnswer {
  readonly count: number;
  readonly lastMs: number;
}

/** A key server as its keys are looked after. */
export interface KeyServerCareAnswer extends KeyServerAnswer {
  /** It gave what is wrong beyond doubt. */
  readonly blamed?: NotedAnswer;
  /** It said no to the gateway; the last code. */
  readonly refused?: NotedAnswer & { readonly code: string };
}

/** Work on the shares of all keys. */
export interface UpkeepJobAnswer {
  readonly kind: string;
  readonly startedMs: number;
  /** Absent while it is under way. */
  readonly endedMs?: number;
  /** Why it ended before its time. */
  readonly code?: string;
  /** Keys that were looked at. */
  readonly keys: number;
  /** Shares that were made again, and that are not yet. */
  readonly recovered: number;
  /** Keys whose shares were made anew. */
  readonly renewed: number;
  readonly missing: readonly { readonly server: string; readonly shares: number }[];
  readonly failed: readonly { readonly code: string; readonly shares: number }[];
  /** Keys of which fewer servers than it takes have a share. */
  readonly lost: number;
  /** Servers that could not be asked. */
  readonly silent: readonly { readonly server: string; readonly code: string }[];
}

/** How the keys are kept. */
export interface KeyStatusAnswer {
  readonly threshold: number;
  readonly feedPosition: number;
  /** The entry that began the last refresh of all shares that is done; 0 where none is. */
  readonly refreshedSince: number;
  /** The entry that began one that is not. */
  readonly refreshBegun?: number;
  readonly servers: readonly KeyServerCareAnswer[];
  /** What this installation does not protect from. */
  readonly notes: readonly string[];
  /** The work on the shares that is under way, or was done last since the gateway started. */
  readonly job?: UpkeepJobAnswer;
}
