import { createServer, type Server } from 'node:http';
import { assert } from '../lib/assert.ts';
import type { ListenerLimits } from './limits.ts';

/** HTTP/1.1 for connections that are handed to it; it never listens itself. */
export function createHttp(limits: ListenerLimits): Server {
  assert(limits.headersMs <= limits.requestMs, 'a header is part of its request');
  const http = createServer({
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    insecureHTTPParser: false,
    requireHostHeader: true,
  });
  http.timeout = limits.stallMs;
  // All of them: of more than 2,000 Node would drop the rest without a word. Their bytes are bounded.
  http.maxHeadersCount = 0;
  http.maxRequestsPerSocket = limits.requestsPerConnectionMax;
  return http;
}
