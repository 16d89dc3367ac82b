import type { OrderIntent, Side } from '../../../execution/order.ts';
import { choice, type Field, type Fields, flag, integer, object, text } from '../fields.ts';
import { type Kept, nativeField } from './native-fields.ts';

/** An order that works at once and shows all of it, as all did before venues kept any. */
export type PlainOrder = Omit<OrderIntent, keyof Kept>;

export const sideField = choice<Side>(['buy', 'sell']);

/** The order in which the fields stand is their order in the bytes. */
const plainFields: Fields<PlainOrder> = {
  clientId: text,
  strategy: text,
  venue: text,
  instrument: integer(),
  side: sideField,
  kind: choice(['limit', 'market']),
  timeInForce: choice(['gtc', 'ioc', 'fok']),
  isPostOnly: flag,
  isReduceOnly: flag,
  ticks: integer(),
  lots: integer(),
  epoch: integer(),
  decidedNs: integer(),
  deadlineNs: integer(),
};

export const plainOrder: Field<PlainOrder> = object(plainFields);

/** An order with what the venue is to keep of it. */
export const orderField: Field<OrderIntent> = {
  write(out, value) {
    plainOrder.write(out, value);
    nativeField.write(out, value);
  },
  read: (from) => ({ ...plainOrder.read(from), ...nativeField.read(from) }),
};
