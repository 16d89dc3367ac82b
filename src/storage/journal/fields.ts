import { redacted } from '../../audit/redaction.ts';
import { assert } from '../../core/result.ts';
import type { Amount } from '../../core/units.ts';
import type { Amendment } from '../../execution/amend/amendment.ts';
import type { Transfer } from '../../execution/ledger.ts';
import type { Fill } from '../../execution/order.ts';
import {
  EVIDENCE_LAYOUT,
  EVIDENCE_NUMBERS,
  type Evidence,
  LAYOUT_LENGTHS,
} from '../../execution/proof/evidence.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/**
 * Fields of stored records: each knows how to write and read one value. Numbers are doubles and
 * amounts 128-bit integers, little-endian; texts are UTF-8 behind their length.
 */
export interface Field<T> {
  write(out: ByteWriter, value: T): void;
  /** A value of the right type even when `from` is at fault; then it means nothing. */
  read(from: ByteReader): T;
}

/** A field for each property, so that a property without one does not compile. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** Identities and names; they are never cut. */
export const TEXT_BYTES_MAX = 255;
/** Words for people; longer ones are clipped. */
export const PROSE_BYTES_MAX = 16_384;
/** Documents that must come back whole. */
export const DOCUMENT_BYTES_MAX = 40_960;

/** @throws BrokenInvariant when longer than `TEXT_BYTES_MAX`: edges check what comes in */
export const text: Field<string> = {
  write(out, value) {
    const length = out.text(value, 1, TEXT_BYTES_MAX);
    assert(length >= 0, 'an identity or name has at most 255 bytes');
  },
  read: (from) => from.text(1),
};

const CLIPPED = ' … [clipped]';

/** Words for people, without the secrets that somebody may have put into them. */
export const prose: Field<string> = {
  write(out, words) {
    const value = redacted(words);
    if (out.text(value, 2, PROSE_BYTES_MAX) >= 0) return;
    // One unit of UTF-16 takes at most three bytes, so this always fits.
    out.text(value.slice(0, Math.floor(PROSE_BYTES_MAX / 3) - CLIPPED.length) + CLIPPED, 2, 65_535);
  },
  read: (from) => from.text(2),
};

/** @throws BrokenInvariant when longer than `DOCUMENT_BYTES_MAX` */
export const document: Field<string> = {
  write(out, value) {
    const length = out.text(value, 2, DOCUMENT_BYTES_MAX);
    assert(length >= 0, 'a document has at most 40 KiB');
  },
  read: (from) => from.text(2),
};

/** A safe integer, whatever its unit. */
export function integer<T extends number>(): Field<T> {
  return {
    write(out, value) {
      assert(Number.isSafeInteger(value), 'an integer is safe');
      out.number(value);
    },
    read: (from) => from.integer() as T,
  };
}

export const amount: Field<Amount> = {
  write: (out, value) => out.amount(value),
  read: (from) => from.amount(),
};

export const flag: Field<boolean> = {
  write: (out, value) => out.byte(value ? 1 : 0),
  read: (from) => from.choice(2) === 1,
};

/** One of a list that only ever grows at its end. */
export function choice<const T extends string>(choices: readonly T[]): Field<T> {
  return {
    write(out, value) {
      const index = choices.indexOf(value);
      assert(index >= 0, 'a choice is in its list');
      out.byte(index);
    },
    read: (from) => choices[from.choice(choices.length)] as T,
  };
}

/** An object, field by field in the order of `fields`. */
export function object<T extends object>(fields: Fields<T>): Field<T> {
  const names = Object.keys(fields) as (keyof T)[];
  const parts = names.map((name) => fields[name]) as Field<T[keyof T]>[];
  return {
    write(out, value) {
      for (let at = 0; at < parts.length; at += 1) {
        (parts[at] as Field<T[keyof T]>).write(out, value[names[at] as keyof T]);
      }
    },
    read(from) {
      const value = {} as T;
      for (let at = 0; at < parts.length; at += 1) {
        value[names[at] as keyof T] = (parts[at] as Field<T[keyof T]>).read(from);
      }
      return value;
    },
  };
}

/** A fill as it was before there were margin accounts. */
export const spotFill = object<Omit<Fill, 'realised'>>({
  tradeId: text,
  ticks: integer(),
  lots: integer(),
  quote: amount,
  fee: amount,
  feeAsset: text,
  isMaker: flag,
  venueMs: integer(),
});

/** A fill with what the venue realised on a margin account, when it said so. */
export const fill: Field<Fill> = {
  write(out, value) {
    spotFill.write(out, value);
    out.byte(value.realised === undefined ? 0 : 1);
    if (value.realised !== undefined) amount.write(out, value.realised);
  },
  read(from) {
    const read = spotFill.read(from);
    return from.choice(2) === 0 ? read : { ...read, realised: amount.read(from) };
  },
};

/**
 * A decision with what led to it: first its own fields, then the layout of the evidence and its
 * numbers; layout 0 is none.
 */
export function decided<T extends object>(
  facts: Field<T>,
): Field<T & { readonly evidence?: Evidence }> {
  return {
    write(out, value) {
      const { evidence } = value;
      facts.write(out, value);
      out.byte(evidence === undefined ? 0 : EVIDENCE_LAYOUT);
      if (evidence === undefined) return;
      assert(evidence.length === EVIDENCE_NUMBERS.length, 'evidence has a number for each name');
      for (let at = 0; at < evidence.length; at += 1) out.number(evidence[at] as number);
    },
    read(from) {
      const read = facts.read(from);
      const length = LAYOUT_LENGTHS[from.choice(LAYOUT_LENGTHS.length)] as number;
      if (length === 0) return read;
      const evidence = new Float64Array(EVIDENCE_NUMBERS.length).fill(Number.NaN);
      for (let at = 0; at < length; at += 1) evidence[at] = from.number();
      return { ...read, evidence };
    },
  };
}

export const amendmentField = object<Amendment>({
  ticks: integer(),
  lots: integer(),
  epoch: integer(),
  decidedNs: integer(),
  deadlineNs: integer(),
});

/** @param reasons only ever grow at their end */
export function transferFields(reasons: readonly Transfer['reason'][]) {
  const reason = choice(reasons);
  return object<Omit<Transfer, 'kind'>>({
    venue: text,
    transferId: text,
    asset: text,
    amount,
    reason,
  });
}
