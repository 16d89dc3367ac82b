import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AuditEntry } from '../../../src/audit/entry.ts';
import {
  ALWAYS,
  ANY_ENTRY,
  clientOf,
  type EntryQuery,
  isWanted,
} from '../../../src/audit/report/entry-query.ts';
import { entryText, field, plainText, timeText } from '../../../src/audit/report/entry-text.ts';
import { OrderFold } from '../../../src/audit/report/order-fold.ts';
import { csvOf, htmlOf } from '../../../src/audit/report/render.ts';
import { ReportMaker, type ReportName, ROWS_MAX } from '../../../src/audit/report/report.ts';
import { anEntry } from '../../support/audit/entries.ts';

const market = {
  ...{ index: '0', venue: 'kraken', symbol: 'BTC/USD', base: 'BTC', quote: 'USD' },
  ...{ tickSteps: '1', priceDecimals: '1', lotSteps: '1', quantityDecimals: '3' },
};
const order = (over: object = {}) => ({
  ...{ clientId: 'd-1', strategy: 'mm', venue: 'kraken', instrument: '0', side: 'buy' },
  ...{ kind: 'limit', ticks: '600001', lots: '10', epoch: '3', ...over },
});
let seq = 0;
const entry = (type: string, payload: AuditEntry['payload'], over: Partial<AuditEntry> = {}) => {
  seq += 1;
  return anEntry({ seq, type, payload, actor: 'desk', ...over });
};
const filled = (lots: string, fee = '5', clientId = 'd-1') =>
  entry('order-filled', { clientId, fill: { lots, quote: '700', fee, feeAsset: 'USD' } });

function reported(name: ReportName, entries: readonly AuditEntry[], interval = ALWAYS) {
  const maker = new ReportMaker(name, interval);
  for (const each of entries) maker.take(each);
  return maker.report();
}

test('an order that a venue keeps shows what it waits for and when it has woken', () => {
  const trigger = { kind: 'trailing-stop', ticks: '590000', bips: '200' };
  const stop = order({ kind: 'market', ticks: '0', trigger });
  const told = [
    entry('instrument-defined', { instrument: market }),
    entry('order-submitted', { order: stop }),
    entry('order-accepted', { clientId: 'd-1', venueOrderId: '7' }),
  ];
  const shown = (entries: readonly AuditEntry[]) => {
    const { columns, rows } = reported('orders', entries);
    return ['kind', 'status', 'last event'].map((name) => rows[0]?.[columns.indexOf(name)]);
  };
  const kind = 'market, trailing-stop of 200 bps at 59000.0';
  assert.equal(shown(told), [kind, 'accepted', '']);
  const woken = entry('order-triggered', { clientId: 'd-1', venueOrderId: '9' });
  assert.equal(shown([...told, woken]), [kind, 'triggered', '']);
  const iceberg = entry('order-submitted', { order: order({ shownLots: '2' }) });
  assert.equal(shown([told[0] as AuditEntry, iceberg])[0], 'limit, shows 0.002');
  const early = entry('order-submitted', { order: { ...stop, trigger: { kind: 'stop' } } });
  assert.equal(shown([early])[0], 'market, stop at 0');
});

test('an order is one row: what was wanted, what was filled and what it cost', () => {
  const { columns, rows } = reported('orders', [
    entry('instrument-defined', { instrument: market }),
    entry('order-submitted', { order: order() }),
    entry('order-accepted', { clientId: 'd-1', venueOrderId: '7' }),
    filled('4'),
    filled('6'),
    entry('order-filled', { clientId: 'somebody else', fill: { lots: '1' } }),
    entry('order-submitted', { order: order({ clientId: 'd-2', kind: 'market', side: 'sell' }) }),
    filled('1', '2', 'd-2'),
    entry('cancel-submitted', { clientId: 'd-2' }),
    entry('order-canceled', { clientId: 'd-2', reason: 'late\u001b' }),
    entry('order-submitted', { order: order({ clientId: 'd-3', instrument: '9', lots: 'x' }) }),
    entry('order-submitted', { order: {} }),
  ]);
  const at = (row: number, name: string) => rows[row]?.[columns.indexOf(name)];
  assert.is(rows.length, 3);
  assert.equal(
    ['client id', 'symbol', 'price', 'quantity', 'filled', 'fees', 'status'].map((n) => at(0, n)),
    ['d-1', 'BTC/USD', '60000.1', '0.010', '0.010', '0.00000010 USD', 'filled'],
  );
  assert.equal(
    ['price', 'filled', 'status', 'reason'].map((name) => at(1, name)),
    ['market', '0.001', 'canceled', 'late\\u001b'],
  );
  assert.equal(
    ['symbol', 'price', 'quantity', 'status', 'last event'].map((name) => at(2, name)),
    ['', '600001', '0', 'submitted', ''],
  );
});

test('an amended order is full by the terms that the venue has', () => {
  const about = { clientId: 'd-1' };
  const amended = (lots: string) =>
    entry('amend-submitted', { ...about, amendment: { ticks: '600000', lots } });
  const begun = [
    entry('instrument-defined', { instrument: market }),
    entry('order-submitted', { order: order() }),
    filled('4'),
  ];
  const rowOf = (...entries: readonly AuditEntry[]) => {
    const { columns, rows } = reported('orders', [...begun, ...entries]);
    return ['price', 'quantity', 'status'].map((name) => rows[0]?.[columns.indexOf(name)]);
  };
  const smaller = amended('4');
  assert.equal(rowOf(smaller), ['60000.1', '0.010', 'partly filled'], 'nobody knows yet');
  const unknown = entry('amend-outcome-unknown', { ...about, reason: 'late' });
  assert.equal(rowOf(smaller, unknown), ['60000.1', '0.010', 'partly filled']);
  const accepted = entry('amend-accepted', { ...about, ticks: '600000', lots: '4' });
  assert.equal(rowOf(smaller, accepted), ['60000.0', '0.004', 'filled']);
  const rejected = entry('amend-rejected', { ...about, reason: 'no' });
  assert.equal(rowOf(amended('20'), filled('6'), rejected), ['60000.1', '0.010', 'filled']);
});

test('a fill that leaves something open is partly filled', () => {
  const { columns, rows } = reported('orders', [
    entry('order-submitted', { order: order() }),
    filled('4'),
  ]);
  assert.is(rows[0]?.[columns.indexOf('status')], 'partly filled');
});

test('an order belongs to the interval that it begins in', () => {
  const early = entry('order-submitted', { order: order() }, { wallNs: 5_000_000n });
  const late = entry(
    'order-submitted',
    { order: order({ clientId: 'd-2' }) },
    { wallNs: 9_000_000n },
  );
  const { rows } = reported('orders', [early, late, filled('4')], { fromMs: 6, toMs: 9 });
  assert.equal(
    rows.map((row) => row[2]),
    ['d-2'],
  );
});

test('a report has a bound and says when it is reached', () => {
  const fold = new OrderFold(1);
  for (const clientId of ['a', 'b']) {
    fold.take(entry('order-submitted', { order: order({ clientId }) }), true);
  }
  const { rows, isCut } = fold.table();
  assert.equal([rows.length, isCut], [1, true]);
  const mode = entry('mode-changed', { by: 'ann', from: 'manual', to: 'semi-auto', reason: '' });
  const maker = new ReportMaker('modes', ALWAYS);
  for (let count = 0; count <= ROWS_MAX; count += 1) maker.take(mode);
  assert.equal([maker.report().rows.length, maker.report().isCut], [ROWS_MAX, true]);
});

const people = [
  entry('mode-changed', { by: 'ann', from: 'full-auto', to: 'manual', reason: 'lunch' }),
  entry('mode-changed', { by: 'policy', from: 'manual', to: 'semi-auto', reason: '' }),
  entry('command-given', { by: 'ann', command: 'mode manual lunch' }),
  entry('command-refused', { by: 'vic', role: 'viewer', command: 'reset', reason: 'no' }),
  entry('mode-approved', { approvedBy: 'bob', statement: '{}' }),
  entry('mode-changed', { by: 'signal', from: 'manual', to: 'emergency', reason: 'SIGUSR2' }),
  entry('estop', { what: 'trip:a', by: 'panel' }),
  entry('estop', { what: 'self-test:passed' }),
  entry('heartbeat', { covered: '7' }),
];

test('each report has what belongs to it, with who did it', () => {
  const byIn = (name: ReportName) =>
    reported(name, people).rows.map(([, , event, by]) => `${event} ${by}`);
  assert.equal(byIn('modes'), [
    ...['mode-changed ann', 'mode-changed policy', 'mode-approved bob', 'mode-changed signal'],
  ]);
  assert.equal(byIn('interventions'), [
    ...['mode-changed ann', 'command-given ann', 'command-refused vic', 'mode-approved bob'],
    'mode-changed signal',
  ]);
  assert.equal(byIn('estop'), ['mode-changed signal', 'estop panel', 'estop desk']);
  assert.equal(reported('modes', people, { fromMs: 0, toMs: 1 }).rows, []);
});

test('a table for a spreadsheet quotes what must be, and runs nothing', () => {
  const report = {
    ...{ name: 'modes' as const, columns: ['a', 'b'], isCut: false },
    rows: [
      ['=1+1', 'say "hi"'],
      ['x,y', 'two\nlines'],
      ['-5', '@cmd'],
    ],
  };
  assert.is(csvOf(report), 'a,b\r\n\'=1+1,"say ""hi"""\r\n"x,y","two\nlines"\r\n-5,\'@cmd\r\n');
});

test('a page stands alone and shows markup as text', () => {
  const head = { origin: 'flyball/x', size: 3, root: 'r=', from: 'begin', to: 'end' };
  const report = { name: 'modes' as const, columns: ['a'], rows: [['<b>"&'], ['c']], isCut: true };
  const html = htmlOf(report, head);
  assert.match(html, '<td>&lt;b&gt;&quot;&amp;</td>');
  assert.match(html, '2 rows, and more that are not shown');
  assert.match(htmlOf({ ...report, isCut: false }, head), '2 rows.</p>');
  assert.not.match(html, '<script');
});

test('entries are found by kind, actor, order, time and text, without regard to case', () => {
  const submitted = entry('order-submitted', { order: order() }, { actor: 'strategy:mm' });
  const isFound = (query: Partial<EntryQuery>) => isWanted({ ...ANY_ENTRY, ...query }, submitted);
  assert.ok(isFound({}));
  assert.ok(isFound({ kinds: ['x', 'order-submitted'], actor: 'MM', text: 'side=BUY' }));
  assert.ok(isFound({ clientId: 'd-1' }) && clientOf(people[0] as AuditEntry) === '');
  assert.not(isFound({ kinds: ['order-filled'] }));
  assert.not(isFound({ actor: 'bob' }));
  assert.not(isFound({ text: 'sell' }));
  assert.not(isFound({ clientId: 'd-2' }));
  assert.not(isFound({ interval: { fromMs: 0, toMs: 5 } }));
});

test('an entry is one line that steers nothing, without what only machines read', () => {
  const payload = {
    ...{ reason: 'a\n\u001b[31m\u202eb"c', record_sha256: 'x', evidence: 'x', machine: '{}' },
    ...{ list: ['1', '2'], none: null, long: 'y'.repeat(500), nested: { isOn: true } },
  };
  const text = entryText({ payload });
  assert.ok(text.startsWith('reason=a\\n\\u001b[31m?b"c list=["1","2"] none=null long=yyy'));
  assert.ok(text.endsWith(`${'y'.repeat(160)}… isOn=true`));
  assert.is(plainText('\u2028'), '?');
  assert.equal(
    [field(payload, 'nested', 'isOn'), field(payload, 'list', 'x'), field(payload, 'none')],
    ['true', '', ''],
  );
  assert.is(field(payload, 'nested'), '');
});

test('a time that no calendar has is told as its number', () => {
  assert.is(timeText({ wallNs: 0n }), '1970-01-01T00:00:00.000Z');
  assert.is(timeText({ wallNs: 2n ** 64n }), '2554-07-21T23:34:33.709Z');
  assert.is(timeText({ wallNs: 10n ** 30n }), `${10n ** 30n} ns`);
});

test.run();
