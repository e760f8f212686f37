/**
 * One sentence for each setting. The generator refuses a setting without one, so that the reference
 * cannot fall behind the schemas.
 */

const listen = {
  'listen.tls.certificate':
    'PEM file: certificate of this host, then those above it. Without `tls` only a loopback address is accepted.',
  'listen.tls.key': 'PEM file: its private key.',
};

const admission = {
  'listen.connectionsPerCaller':
    'Connections that one known caller may have; beyond them he is answered 503 with `Retry-After`.',
  'listen.proxies':
    'Addresses or networks (`10.0.0.0/8`) of front proxies that pass TLS on: bounds and pace of one address (connections without a known caller: 32 at a time, and 16 a second after the first 64) do not hold for them, so they must have such bounds. Nothing that they say is believed.',
};

const issuers = {
  'issuers[].issuer': 'The claim `iss` of tokens that are accepted, compared exactly.',
  'issuers[].jwks':
    'File with the issuer’s public keys (JWK set); read again when it changes, at most once a minute.',
  'issuers[].groupPrefixes':
    'Groups that its tokens may assert, with those below them. Default: any that does not begin with a slash.',
  'issuers[].algorithms': 'Signature algorithms accepted from that issuer.',
  'issuers[].longestLifetimeHours':
    'Longest life of its tokens, from `iat` to `exp`; of one without `iat`, from now. Others are refused.',
};

const trustDirectory =
  'Folder of trusted certificate authorities in the grid form (`<hash>.0`, `.r0`, `.signing_policy`), read again every ten minutes. Without it no client certificate is accepted.';

/** Settings of a gateway. */
export const gatewaySettings: Readonly<Record<string, string>> = {
  site: 'First name of every path; also in receipts and pseudonymous names. Never change it.',
  data: 'Folder of databases, keys, audit log and replicas; `clinical/` and `computing/` below it.',
  publicUrl:
    'Scheme, host and port at which clients reach it. Proofs of keys (DPoP) are compared with it, never with the `Host` of a request; without it tokens that are bound to a key are refused.',
  'listen.host': 'Address of all doors.',
  'listen.port': 'One port for HTTPS, WebDAV, SRM (httpg) and the API. 0 takes a free one.',
  ...listen,
  'listen.publicHost':
    'Host that SRM transfer URLs name; must be in the certificate. Default: the one the client used.',
  ...admission,
  trustDirectory,
  ...issuers,
  'issuers[].audience':
    'Who we are to that issuer: a token must name one of these in `aud`, and may name others. Not the public URL of a key server.',
  'pacs[].name': 'Ours for it; in logs, `mdm status` and filters, never in paths.',
  'pacs[].host': 'Where it listens.',
  'pacs[].port': 'Where it listens.',
  'pacs[].aeTitle': 'Its AE title (called).',
  'pacs[].callingAeTitle': 'Our AE title towards it (calling). The PACS must know it.',
  'pacs[].retrieve':
    'How images are fetched. `auto` asks once: C-GET if the PACS offers it, else C-MOVE if there is a `receiver`.',
  'pacs[].sendsFrom':
    'Addresses or blocks (`192.0.2.7`, `192.0.2.0/24`) from which it may send to our `receiver`; nobody else may. Default: the addresses of its `host`, looked up when a retrieve starts. Blocks larger than a /8 are refused.',
  'pacs[].sendsAs':
    'AE titles under which it may send to our `receiver` (calling). Default: its `aeTitle`.',
  'pacs[].moveOriginator':
    '`present`: what it sends must name our C-MOVE (Move Originator AE title and message id). `absent`: for a PACS that leaves them out; then address, AE title and SOP Instance UID decide.',
  'pacs[].associationsMax':
    'Associations open at once, both directions together. Default 1 with C-GET, else 2: a C-MOVE holds ours and the one the PACS opens.',
  'receiver.host': 'Address of our C-STORE receiver. Only needed for C-MOVE.',
  'receiver.port': 'Its port; the PACS must be able to reach it.',
  'receiver.aeTitle': 'Its AE title: the destination that the PACS must know.',
  'collections[].name': 'Second name of every path. Never reuse one for something else.',
  'collections[].delivery':
    '`open`: plaintext over TLS to whom the policy allows. `sealed`: only ciphertext leaves; readers fetch the key themselves.',
  'collections[].formats':
    'What is listed in a series: instances (`dcm`), forms of its volumes, texts beside them (`json` to `qc.json`), and corrected volumes (`pick-first-duplicate.nii`).',
  'collections[].filter.pacs': 'Only series from these PACS; empty: from any.',
  'collections[].filter.modalities': 'Only these values of Modality; empty: any.',
  'collections[].filter.patientIds': 'Only these values of Patient ID; empty: any.',
  'collections[].filter.studyInstanceUids': 'Only these studies; empty: any.',
  'collections[].policy[].who':
    '`user:x509:<DN>`, `user:token:<issuer>#<sub>`, `group:<group>`, or `authenticated`. Used when the collection is made; afterwards `mdm grant` and `mdm revoke` count and this is ignored.',
  'collections[].policy[].rights': 'What they may do. Anything not given is denied.',
  'collections[].policy[].expires': 'From then on the entry counts for nothing.',
  'storage.limit': 'Bytes of replicas, as a number or `500 GiB`; the least recently read go first.',
  'keyServers.threshold': 'How many shares open a key: k of the n servers listed.',
  'keyServers.servers[].name': 'Exactly as in the configuration of that key server.',
  'keyServers.servers[].url': 'Where it listens; plain HTTP on loopback only.',
  'keyServers.servers[].signingKey':
    'Public key (PEM) with which it signs what it acknowledges: its `keyserver.signing.key.pub`, enrolled by hand. Nothing else of it is believed.',
  'keyServers.servers[].publicUrl':
    'Its `publicUrl`: the only audience of what the gateway shows it. Default: scheme, host and port of `url`.',
  'keyServers.servers[].authorities':
    'PEM file of authorities for its certificate; without it, those of Node.',
  operators:
    'Who runs the installation: `user:<principal>` or `group:<group>`, as in policies. They see all of `mdm status`, may stop disclosure (`mdm lock`) and confirm what hides much; no file is readable by it.',
  'crawl.everyMinutes': 'Pause between the end of one walk through all PACS and the next.',
  'crawl.atStart': 'Whether a walk begins when the service starts.',
};

/** Settings of a key server. */
export const keyServerSettings: Readonly<Record<string, string>> = {
  name: 'Its name in receipts and in the configuration of gateways and clients. Never change it.',
  site: 'Site whose policy feed it follows.',
  data: 'Folder of its database.',
  publicUrl:
    'Scheme, host and port at which clients reach it, lower case, nothing behind (`https://keys.example:7443`): the only audience of tokens for it, issuer and audience of its tickets, and what proofs of keys (DPoP) are compared with. No other party may have it.',
  masterKey:
    'File of the key that wraps all shares; made at the first start, mode 0600. Keep and back it up apart from `data`.',
  'listen.host': 'Address.',
  'listen.port': 'Port. 0 takes a free one.',
  ...listen,
  ...admission,
  producers: 'Public keys (PEM files) of the gateways’ producers: whose deposits are taken.',
  gateways: 'Public keys (PEM files) of the gateways’ policy feeds: whose policies are followed.',
  'peers[].name':
    'Another key server, exactly as in its own configuration. With all others enrolled here, and this one there, a share that one of them lost is made again.',
  'peers[].keys':
    'Its `keyserver.keys.pub`, enrolled by hand: two public keys (PEM), to verify what it says and to seal what it alone may read.',
  trustDirectory,
  ...issuers,
  'issuers[].audience':
    'Further audiences of its tokens, which other parties accept too; only with `acceptSharedAudience`. Without it a token must name `publicUrl` alone, or be bound (`cnf`).',
  gatewayService:
    'Key set of the gateway’s own service (`service.jwks.json`): it may read what policies of open collections let it, and is nobody else.',
  acceptSharedAudience:
    'Take tokens that other parties accept too: whoever is shown one, or steals it there, has the shares of its owner here. Warned of at start, shown in `mdm status`.',
};
