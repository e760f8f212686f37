import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of the listener in front of the doors. */
export const listenerErrors = defineErrors('listener', {
  LISTENER_INSECURE_ADDRESS: {
    disposition: 'permanent',
    meaning: 'Plain HTTP was asked for on an address that other machines can reach.',
    user: 'Nothing to do.',
    operator: 'Configure a TLS key and certificate, or listen on 127.0.0.1.',
  },
  LISTENER_ADDRESS_IN_USE: {
    disposition: 'transient',
    meaning: 'Another process listens on the address and port.',
    user: 'Nothing to do.',
    operator: '`ss -ltnp` shows which process it is: stop it, or configure another port.',
  },
  LISTENER_ADDRESS_UNAVAILABLE: {
    disposition: 'permanent',
    meaning: 'The address to listen on is not one of this machine, or the port needs a privilege.',
    user: 'Nothing to do.',
    operator: 'Configure an address that `ip address` shows, and a port from 1024 on.',
  },
  LISTENER_TLS_UNUSABLE: {
    disposition: 'permanent',
    meaning: 'The TLS key or certificate cannot be used, or they do not belong together.',
    user: 'Nothing to do.',
    operator: 'Check both files: PEM, the certificate of that key, its intermediates after it.',
  },
  LISTENER_CALLER_BUSY: {
    disposition: 'transient',
    meaning: 'The caller has as many connections open as one caller may, or all callers together.',
    user: 'Close connections, or start fewer jobs at a time; try again in a few seconds.',
    operator: 'See `listen.connectionsPerCaller`, and callerConnectionsMax in docs/limits.md.',
  },
});
