import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  cosign,
  headText,
  openCheckpoint,
  signCheckpoint,
} from '../../../src/audit/note/checkpoint.ts';
import { signerOf } from '../../../src/audit/note/keys.ts';
import { NOTE_BYTES_MAX, noteText, parseNote } from '../../../src/audit/note/note.ts';
import { EMPTY_ROOT, hashText } from '../../../src/audit/tree/hash.ts';
import {
  aForeignKey,
  aLaterKey,
  aLogKey,
  aWitness,
  LOG_SEED,
  ORIGIN,
} from '../../support/audit/keys.ts';
import { someLeaves } from '../../support/audit/trees.ts';
import { law } from '../../support/law.ts';
import { must } from '../../support/venue/fixtures.ts';

const log = aLogKey();
const witness = aWitness();
const keys = [log.key, witness.key];
const root = someLeaves(1)[0] as Uint8Array;
const head = { origin: ORIGIN, size: 300, root };
const signed = signCheckpoint(head, [log]);
const cosigned = must(cosign(Buffer.from(signed), witness, 1_700_000_300));

const open = (text: string | Uint8Array, known = keys) => openCheckpoint(Buffer.from(text), known);
const verdict = (text: string | Uint8Array, known = keys): string => {
  const result = open(text, known);
  return result.ok ? 'accepted' : `${result.error.kind}: ${result.error.found}`;
};
/** A head that is signed as it stands, however odd its text. */
function signedText(text: string): string {
  const { key, sign } = log;
  const signature = { name: key.name, id: key.id, bytes: sign(Buffer.from(text)) };
  return noteText({ text, signatures: [signature] });
}

test('a checkpoint is opened by the keys of its log and its witness', () => {
  const opened = must(open(cosigned));
  assert.is(opened.size, 300);
  assert.equal(opened.root, Buffer.from(root));
  assert.equal(
    opened.signedBy.map(({ id }) => id),
    [log.key.id],
  );
  assert.equal(opened.cosignatures, [{ key: witness.key, seconds: 1_700_000_300 }]);
  assert.equal(must(open(cosigned, [log.key])).cosignatures, []);
});

test('every checkpoint that is signed can be opened, at any size', () => {
  law(
    fc.property(fc.maxSafeInteger().map(Math.abs), (size) => {
      assert.is(must(open(signCheckpoint({ ...head, size }, [log]))).size, size);
    }),
    40,
  );
});

test('one bit turned over anywhere is found, or is outside everything that is signed', () => {
  const bytes = Buffer.from(cosigned);
  law(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
      const edited = Buffer.from(bytes);
      edited[at] = (edited[at] as number) ^ (1 << bit);
      const result = open(edited);
      // A signature whose name or key id is changed is nobody's; the other one still holds.
      if (result.ok) assert.equal(headText(result.value), headText(head));
    }),
    300,
  );
});

test('A10: a checkpoint that only an unknown key has signed is refused', () => {
  const forged = signCheckpoint(head, [aForeignKey()]);
  assert.match(verdict(forged), /^unknown-key: signatures of desk.example\/audit\+/);
});

test('a cosignature alone does not make a checkpoint of the log', () => {
  const alone = must(cosign(Buffer.from(signCheckpoint(head, [aForeignKey()])), witness, 1));
  assert.match(verdict(alone), /^unknown-key/);
  assert.match(
    verdict(signCheckpoint(head, [aLogKey('other.example')]), [aLogKey('other.example').key]),
    /^unknown-key/,
  );
});

test('A12: a cosignature that is moved to another head is found', () => {
  const other = parseNote(Buffer.from(signCheckpoint({ ...head, size: 301 }, [log])));
  const { signatures } = must(parseNote(Buffer.from(cosigned)));
  const moved = noteText({
    text: must(other).text,
    signatures: [...must(other).signatures, ...signatures.slice(1)],
  });
  assert.match(verdict(moved), /^bad-signature: a signature in the name of witness.example\/w1\+/);
});

test('a cosignature says when: another time is another signature', () => {
  const { text, signatures } = must(parseNote(Buffer.from(cosigned)));
  const later = signatures.map((signature, at) => {
    const bytes = Buffer.from(signature.bytes);
    if (at === 1) bytes.writeBigUInt64BE(1_900_000_000n);
    return { ...signature, bytes };
  });
  assert.match(verdict(noteText({ text, signatures: later })), /^bad-signature/);
  const endless = later.map((signature, at) => {
    const bytes = Buffer.from(signature.bytes);
    if (at === 1) bytes.writeBigUInt64BE(2n ** 64n - 1n);
    return { ...signature, bytes };
  });
  assert.match(verdict(noteText({ text, signatures: endless })), /^bad-signature/);
  const short = signatures.map((signature, at) =>
    at === 1 ? { ...signature, bytes: signature.bytes.slice(8) } : signature,
  );
  assert.match(verdict(noteText({ text, signatures: short })), /^bad-signature/);
});

test('A20: a signature of one kind does not pass as the other', () => {
  const asWitness = signerOf(ORIGIN, 'witness', LOG_SEED).key;
  assert.match(verdict(signed, [asWitness]), /^unknown-key/);
  // Even under the id of the other kind, what is signed differs.
  const { text, signatures } = must(parseNote(Buffer.from(signed)));
  const relabelled = signatures.map(({ name, bytes }) => ({
    name,
    id: asWitness.id,
    bytes: Buffer.concat([Buffer.alloc(8), bytes]),
  }));
  const note = noteText({ text, signatures: [...signatures, ...relabelled] });
  assert.match(verdict(note, [log.key, asWitness]), /^bad-signature/);
});

test('A21: a size has one spelling and no overflow', () => {
  const coded = hashText(root);
  const sizes = ['01', '00', '-1', '+1', '1.0', '1e3', ' 1', '', '0x1', '9007199254740992'];
  for (const size of [...sizes, '18446744073709551616', '9'.repeat(500)]) {
    assert.match(
      verdict(signedText(`${ORIGIN}\n${size}\n${coded}\n`)),
      /^bad-checkpoint: size/,
      size,
    );
  }
  assert.is(verdict(signedText(`${ORIGIN}\n9007199254740991\n${coded}\n`)), 'accepted');
});

test('a head has three lines, a name and a root of 32 bytes in its one spelling', () => {
  const coded = hashText(root);
  const of = (text: string) => verdict(signedText(text));
  assert.match(of(`${ORIGIN}\n1\n`), /^bad-checkpoint: 2 lines/);
  assert.match(of(`${ORIGIN}\n1\n${coded}\nmore\n`), /^bad-checkpoint: 4 lines/);
  assert.match(of(`\n1\n${coded}\n`), /^bad-checkpoint: an empty first line/);
  assert.match(of(`${ORIGIN}\n1\n${coded.slice(0, 40)}\n`), /^bad-checkpoint: root/);
  assert.match(of(`${ORIGIN}\n1\n${coded.slice(0, -1)}\n`), /^bad-checkpoint: root/);
  assert.match(of(`${ORIGIN}\n1\n${'A'.repeat(200)}\n`), /…$/);
});

test('A22: a note of more than 16 signatures is refused before any is verified', () => {
  const { text, signatures } = must(parseNote(Buffer.from(signed)));
  const [line] = signatures;
  assert.ok(line);
  const of = (count: number) => signed + `\u2014 n ${'A'.repeat(12)}\n`.repeat(count);
  assert.is(verdict(of(15)), 'accepted');
  assert.is(verdict(of(16)), 'bad-note: 17 signatures');
  assert.is(verdict(of(1_000_000)), `bad-note: ${Buffer.from(of(1_000_000)).length} bytes`);
  assert.throws(() => noteText({ text, signatures: Array(17).fill(line) }), /at most 16/);
  assert.not(cosign(Buffer.from(of(15)), witness, 1).ok);
  assert.ok(cosign(Buffer.from(of(14)), witness, 1).ok);
});

test('a note that is not one says why', () => {
  const of = (text: string | Uint8Array) => verdict(text);
  assert.is(of(''), 'bad-note: no blank line');
  assert.is(of(Uint8Array.of(0xff, 0xfe)), 'bad-note: bytes that are not UTF-8');
  assert.is(of('a\u001b[2J\n\n\n'), 'bad-note: a control character at 1');
  assert.is(of('a\r\n\n\n'), 'bad-note: a control character at 1');
  assert.is(of('a\n\n\u2014 n AAAAAAAA'), 'bad-note: no newline at the end');
  assert.match(of('a\n\n- n AAAAAAAA\n'), /^bad-note: signature line "- n/);
  for (const line of ['n', 'n AAAA', 'n A', 'n AAAAAAAA more', ' AAAAAAAA', 'a+b AAAAAAAA']) {
    assert.match(of(`a\n\n\u2014 ${line}\n`), /^bad-note: signature line/, line);
  }
  assert.match(of('x'.repeat(NOTE_BYTES_MAX + 1)), /^bad-note: 16385 bytes/);
  assert.not(cosign(Buffer.from('nothing'), witness, 1).ok);
  assert.throws(() => noteText({ text: 'no newline', signatures: [] }), /newline/);
});

test('whatever the bytes are, opening answers and does not throw', () => {
  law(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => assert.not(open(bytes).ok)));
  law(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      assert.not(open(`${text}\n${signed.slice(signed.indexOf('\n\n') + 1)}`).ok);
    }),
  );
});

test('while a key is replaced a checkpoint is signed by both', () => {
  const both = signCheckpoint({ origin: ORIGIN, size: 0, root: EMPTY_ROOT }, [log, aLaterKey()]);
  assert.is(must(open(both)).signedBy.length, 1);
  assert.is(must(open(both, [log.key, aLaterKey().key])).signedBy.length, 2);
});

test.run();
