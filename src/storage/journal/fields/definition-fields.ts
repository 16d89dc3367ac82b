import type { Instrument } from '../../../core/instrument.ts';
import type { MarketStood, Standing } from '../../../market/market-stood.ts';
import type { BackfillJob } from '../../../market/quality/backfill.ts';
import { amount, choice, type Field, integer, object, prose, text } from '../fields.ts';

const whole = integer<number>();

const rules = object<Omit<Instrument, 'tickSize' | 'lotSize'>>({
  index: integer(),
  venue: text,
  symbol: text,
  base: text,
  quote: text,
  priceDecimals: integer(),
  tickSteps: integer(),
  quantityDecimals: integer(),
  lotSteps: integer(),
  ticksMin: integer(),
  ticksMax: integer(),
  lotsMin: integer(),
  lotsMax: integer(),
  notionalMin: amount,
});

/** The estimates follow from the rules, by the expressions of `compileInstrument`. */
export const instrumentField: Field<Instrument> = {
  write: (out, value) => rules.write(out, value),
  read(from) {
    const read = rules.read(from);
    return {
      ...read,
      tickSize: read.tickSteps / 10 ** read.priceDecimals,
      lotSize: read.lotSteps / 10 ** read.quantityDecimals,
    };
  },
};

/** A job of the queue of what is to be fetched again. */
export const backfillField = object<BackfillJob>({
  id: text,
  venue: text,
  symbol: text,
  fromMs: whole,
  toMs: whole,
  fromId: whole,
  toId: whole,
  stake: choice(['position', 'traded', 'watched']),
  attempts: whole,
  notBeforeMs: whole,
});

/** How a market stands by what its venue says of it. */
export const stoodField = object<Omit<MarketStood, 'kind'>>({
  venue: text,
  symbol: text,
  standing: choice<Standing>(['trading', 'halted', 'rules-changed']),
  detail: prose,
});
