import type { OrderRow, PositionRow } from '../../desk.ts';

/** What a desk was behind one record of its journal. */
export interface DeskState {
  readonly sequence: number;
  readonly mode: string;
  readonly requested: string;
  readonly boot: number;
  readonly positions: readonly PositionRow[];
  /** Orders that could still trade. */
  readonly orders: readonly OrderRow[];
}

/** One thing that is not the same in two states; null where there is none of it. */
export interface Difference {
  /** `desk`, `position BTCUSDT`, `order abcdefgh-1-mm-1`. */
  readonly what: string;
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Everything in which two states differ, in the order desk, positions, orders. */
export function stateDiff(before: DeskState, after: DeskState): readonly Difference[] {
  const desk = ({ mode, requested, boot }: DeskState) => ({ mode, requested, boot });
  return [
    ...fieldDiff('desk', desk(before), desk(after)),
    ...rowDiff('position', before.positions, after.positions, ({ symbol }) => symbol),
    ...rowDiff('order', before.orders, after.orders, ({ clientId }) => clientId),
  ];
}

function rowDiff<Row extends object>(
  noun: string,
  before: readonly Row[],
  after: readonly Row[],
  keyOf: (row: Row) => string,
): Difference[] {
  const [left, right] = [before, after].map((rows) => new Map(rows.map((r) => [keyOf(r), r])));
  const keys = new Set([
    ...(left as Map<string, Row>).keys(),
    ...(right as Map<string, Row>).keys(),
  ]);
  return [...keys].flatMap((key) =>
    fieldDiff(`${noun} ${key}`, left?.get(key) ?? null, right?.get(key) ?? null),
  );
}

function fieldDiff(what: string, before: object | null, after: object | null): Difference[] {
  const fields = Object.keys(before ?? after ?? {});
  return fields.flatMap((field) => {
    const [left, right] = [before, after].map((row) => textAt(row, field));
    if (left === right) return [];
    return [{ what, field, before: left ?? null, after: right ?? null }];
  });
}

function textAt(row: object | null, field: string): string | null {
  const value = row === null ? null : (row as Record<string, unknown>)[field];
  return value === null || value === undefined ? null : String(value);
}
