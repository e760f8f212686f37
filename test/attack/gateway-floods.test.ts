/** Strangers, and callers without manners, against a gateway: everybody else is answered meanwhile. */
import { busy, ofStrangers, testFloods } from './endure-floods.ts';

testFloods('a gateway under floods serves who is not of them', 'gateway', [
  ...ofStrangers(5),
  { flood: 'pipelined requests, no answer read', ...busy },
  { flood: 'unknown expectations, pipelined, no answer read', ...busy },
  { flood: 'SOAP of nobody', ...busy },
  { flood: 'SOAP of nobody, a megabyte', ...busy },
  { flood: 'tokens of 15 KiB', ...busy },
  { flood: 'associations of nobody', door: 'receiver', ...busy },
  { flood: 'pipelined requests, no answer read', as: 'alice', ...busy },
]);
