import { type Signer, signerOf } from '../../../src/audit/note/keys.ts';

/** Keys of RFC 8032, section 7.1: everybody has them. */
export const LOG_SEED = Buffer.from(
  '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  'hex',
);
export const WITNESS_SEED = Buffer.from(
  '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
  'hex',
);

export const ORIGIN = 'desk.example/audit';
export const aLogKey = (name = ORIGIN): Signer => signerOf(name, 'log', LOG_SEED);
/** A later key of the same log. */
export const aLaterKey = (name = ORIGIN): Signer =>
  signerOf(name, 'log', new Uint8Array(32).fill(7));
/** The key of somebody who would like to be the log. */
export const aForeignKey = (name = ORIGIN): Signer =>
  signerOf(name, 'log', new Uint8Array(32).fill(9));
export const aWitness = (name = 'witness.example/w1'): Signer =>
  signerOf(name, 'witness', WITNESS_SEED);
