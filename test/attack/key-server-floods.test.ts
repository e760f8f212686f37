/** Strangers against a key server: everybody else is answered meanwhile, in time; memory is bounded. */
import { busy, ofStrangers, testFloods } from './endure-floods.ts';

testFloods('a key server under floods serves who is not of them', 'hospital', [
  ...ofStrangers(1),
  { flood: 'deposits of four megabytes', ...busy },
  { flood: 'policy entries of four megabytes', ...busy },
]);
