import { createCipheriv, createDecipheriv, createPublicKey } from 'node:crypto';
import { isSignatureOf } from '../../../../src/audit/note/keys.ts';
import { isSignedBy, publicKeyOf } from '../../../../src/ops/access/authorised-keys.ts';
import { must } from '../../../support/venue/fixtures.ts';
import { type Corpus, EXACT, type Vector } from '../vector.ts';

interface Case {
  readonly tcId: number;
  readonly comment: string;
  readonly msg: string;
  readonly result: string;
}

interface Group<C extends Case> {
  readonly tests: readonly C[];
}

interface Signed extends Case {
  readonly sig: string;
}

interface Sealed extends Case {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly ct: string;
  readonly tag: string;
}

interface SealedGroup extends Group<Sealed> {
  /** In bits, as `tagSize`. */
  readonly keySize: number;
  readonly tagSize: number;
}

/** OpenSSL takes no longer ones, `GCM_IV_MAX_SIZE`; a valid case beyond is to be refused. */
const IV_BYTES_MAX = 128;

/** Signatures, judged by both places that verify: those of the log, and those of people. */
export const ed25519Cases: Corpus = ({ topic, document }) =>
  groupsIn<Group<Signed> & { readonly publicKeyDer: string }>(document).flatMap((group) =>
    group.tests.map((one) => {
      const isValid = one.result === 'valid';
      return vectorOf(topic, 'signature', one, { log: isValid, person: isValid }, () => {
        const key = rawKey(group.publicKeyDer);
        const [message, signature] = [hex(one.msg), hex(one.sig)];
        const person = must(publicKeyOf(key.toString('base64url')));
        return {
          log: isSignatureOf(key, message, signature),
          person: isSignedBy(person, message, signature.toString('base64')),
        };
      });
    }),
  );

/** Sealed texts: the primitive that node brings, by which secrets are to be kept. */
export const aesGcmCases: Corpus = ({ topic, document }) =>
  groupsIn<SealedGroup>(document).flatMap((group) =>
    group.tests.map((one) => {
      const isRefused = one.iv.length / 2 > IV_BYTES_MAX;
      const isValid = one.result === 'valid' && !isRefused;
      const expected = isValid ? { opened: one.msg, sealed: one.ct + one.tag } : { opened: null };
      return vectorOf(topic, 'aes-gcm', one, expected, () => ({
        opened: orNull(() => openedText(group, one)),
        sealed: orNull(() => sealedText(group, one)),
      }));
    }),
  );

function groupsIn<G>(document: unknown): readonly G[] {
  const { testGroups } = document as { readonly testGroups?: readonly G[] };
  return testGroups ?? [];
}

function vectorOf(
  topic: string,
  item: string,
  { tcId, comment }: Case,
  expected: unknown,
  answer: () => unknown,
): Vector {
  return { topic, item, name: `tcId ${tcId} ${comment}`, expected, tolerance: EXACT, answer };
}

/** The 32 bytes of an Ed25519 key. */
function rawKey(der: string): Buffer {
  const key = createPublicKey({ key: hex(der), format: 'der', type: 'spki' });
  return Buffer.from(key.export({ format: 'jwk' }).x as string, 'base64url');
}

function openedText({ keySize, tagSize }: SealedGroup, one: Sealed): string {
  const options = { authTagLength: tagSize / 8 };
  const cipher = createDecipheriv(`aes-${keySize as 256}-gcm`, hex(one.key), hex(one.iv), options);
  cipher.setAAD(hex(one.aad)).setAuthTag(hex(one.tag));
  return Buffer.concat([cipher.update(hex(one.ct)), cipher.final()]).toString('hex');
}

function sealedText({ keySize, tagSize }: SealedGroup, one: Sealed): string {
  const options = { authTagLength: tagSize / 8 };
  const cipher = createCipheriv(`aes-${keySize as 256}-gcm`, hex(one.key), hex(one.iv), options);
  cipher.setAAD(hex(one.aad));
  const text = Buffer.concat([cipher.update(hex(one.msg)), cipher.final()]);
  return Buffer.concat([text, cipher.getAuthTag()]).toString('hex');
}

/** A throw counts as invalid. */
function orNull(ask: () => string): string | null {
  try {
    return ask();
  } catch {
    return null;
  }
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
