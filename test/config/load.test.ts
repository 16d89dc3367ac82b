import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ConfigFault,
  configText,
  describeFault,
  loadConfig,
  parseConfig,
} from '../../src/config/load.ts';
import { inTempFolder } from '../support/edge/temp-folder.ts';
import { root } from '../support/shared.ts';

const PAPER = join(root, 'config', 'paper.yaml');
const paper = readFileSync(PAPER, 'utf8');

function faultsOf(text: string): readonly ConfigFault[] {
  const loaded = parseConfig(text, 'desk.yaml');
  return loaded.ok ? [] : loaded.error;
}

/** The paper desk with one text replaced by another. */
function changed(from: string, to: string): string {
  assert.ok(paper.includes(from), `the paper desk says ${from}`);
  return paper.replace(from, to);
}

/** 1-based line of a text in the paper desk. */
const lineOf = (text: string): number => paper.slice(0, paper.indexOf(text)).split('\n').length;

test('the paper desk is right, and its digest is that of its text', () => {
  const loaded = loadConfig(PAPER);
  assert.ok(loaded.ok);
  assert.is(loaded.value.file, PAPER);
  assert.is(loaded.value.digest, createHash('sha256').update(paper).digest('hex'));
  assert.is(loaded.value.config.control.initialMode, 'full-auto');
});

test('what a configuration says as YAML is the same configuration', () => {
  const loaded = loadConfig(PAPER);
  assert.ok(loaded.ok);
  const again = parseConfig(configText(loaded.value.config), 'again.yaml');
  assert.ok(again.ok);
  assert.equal(again.value.config, loaded.value.config);
});

/** A change of one line, the path that is at fault, and what is said. */
const values: [from: string, to: string, path: string, said: RegExp][] = [
  [
    'symbols: [BTCUSDT]',
    'depth: l3\n    symbols: [BTCUSDT]',
    'venues.0.depth',
    /wanted l2: binance tells of price levels and not of single orders/,
  ],
  [
    'requoteBps: ',
    'shownShare: 0.05\n      requoteBps: ',
    'strategies.0.settings.shownShare',
    /^found 0.05: .*>=0.1/,
  ],
  ['priceBandBps: 100', 'priceBandBps: wide', 'risk.priceBandBps', /^found "wide": .*number/],
  ['priceBandBps: 100', 'priceBandBps: 5001', 'risk.priceBandBps', /^found 5001: .*<=5000/],
  ['priceBandBps: 100', 'priceBandBps: 0', 'risk.priceBandBps', /^found 0: .*>0/],
  ['priceBandBps: 100', 'priceBandBps: -1', 'risk.priceBandBps', /^found -1: .*>0/],
  ['priceBandBps: 100', 'priceBandBps: .nan', 'risk.priceBandBps', /^found NaN: /],
  ['priceBandBps: 100', 'priceBandBps: .inf', 'risk.priceBandBps', /^found Infinity: /],
  ['priceBandBps: 100', 'priceBandBps:', 'risk.priceBandBps', /^found null: .*number/],
  ['priceBandBps: 100', 'priceBandBps: true', 'risk.priceBandBps', /^found true: .*number/],
  ['priceBandBps: 100', 'priceBandBps: [100]', 'risk.priceBandBps', /^found \[100\]: .*number/],
  ['ordersBurst: 40', 'ordersBurst: 1.5', 'risk.ordersBurst', /^found 1.5: .*int/],
  ['ordersBurst: 40', 'ordersBurst: 1e400', 'risk.ordersBurst', /^found Infinity: /],
  [
    'initialMode: full-auto',
    'initialMode: auto',
    'control.initialMode',
    /^found "auto": .*"manual"/,
  ],
  ['climbsAfterFault: true', 'climbsAfterFault: yes', 'control.climbsAfterFault', /^found "yes"/],
  [
    'resetCooldownSeconds: 3',
    'resetCooldownSeconds: 2',
    'control.resetCooldownSeconds',
    /^found 2: .*>=3/,
  ],
  ['name: binance', 'name: Binance', 'venues.0.name', /^found "Binance": /],
  ['endpoint: simulated', 'endpoint: real', 'venues.0.endpoint', /^found "real": .*"simulated"/],
  ['symbols: [BTCUSDT]', 'symbols: [btcusdt]', 'venues.0.symbols.0', /^found "btcusdt": /],
  ['symbols: [BTCUSDT]', 'symbols: BTCUSDT', 'venues.0.symbols', /^found "BTCUSDT": .*array/],
  ['receiveWindowMs: 2000', 'receiveWindowMs: 60001', 'venues.0.receiveWindowMs', /<=60000/],
  ['requestTimeoutMs: 2000', 'requestTimeoutMs: 99', 'venues.0.requestTimeoutMs', />=100/],
  ['label: mm', 'label: market-maker', 'strategies.0.label', /^found "market-maker": /],
  ['label: mm', 'label: flatten', 'strategies.0.label', /wanted another label than flatten/],
  ['stopCategory: 0', 'stopCategory: 2', 'control.stopCategory', /^found 2: wanted 0 or 1/],
  ['kind: market-making', 'kind: guess', 'strategies.0.settings.kind', /"market-making"/],
  ['segmentMiB: 16', 'segmentMiB: 65', 'journal.segmentMiB', /^found 65: .*<=64/],
  ['USDT: "100000"', 'USDT: 100000', 'simulation.balances.USDT', /^found 100000: .*string/],
  ['USDT: "100000"', 'USDT: "1.123456789"', 'simulation.balances.USDT', /^found "1.123456789": /],
  ['level: info', 'level: loud', 'log.level', /^found "loud": .*"debug"\|"info"/],
];
for (const [from, to, path, said] of values) {
  test(`${to} is found at its place: ${said.source}`, () => {
    const faults = faultsOf(changed(from, to));
    const [fault] = faults;
    assert.equal([fault?.code, fault?.path, fault?.line], ['E-CONFIG-VALUE', path, lineOf(from)]);
    assert.match(faults[0]?.message as string, said);
  });
}

test('a fault is one line with file, line, column, key, what was found and what is right', () => {
  const [fault] = faultsOf(changed('priceBandBps: 100', 'priceBandBps: 9999'));
  const place = `desk.yaml:${lineOf('priceBandBps')}:17`;
  const said = 'found 9999: Too big: expected number to be <=5000';
  const line = `${place} risk.priceBandBps: ${said} (E-CONFIG-VALUE)`;
  assert.is(describeFault(fault as ConfigFault), line);
});

test('every fault is told, not only the first', () => {
  const text = changed('priceBandBps: 100', 'priceBandBps: 0')
    .replace('level: info', 'level: loud')
    .replace('name: binance', 'name: "-"');
  const paths = faultsOf(text).map(({ path }) => path);
  assert.equal([...paths].sort(), ['log.level', 'risk.priceBandBps', 'venues.0.name']);
});

test('a misspelt key is an error at its own place, and so is the key that it should be', () => {
  const faults = faultsOf(changed('  maxOrderNotional: 5000', '  maxOrderNotionl: 5000'));
  const unknown = faults.find(({ path }) => path === 'risk.maxOrderNotionl');
  assert.is(unknown?.message, 'found the unknown key maxOrderNotionl');
  assert.is(unknown?.line, lineOf('maxOrderNotional'));
  const missing = faults.find(({ path }) => path === 'risk.maxOrderNotional');
  assert.match(missing?.message as string, /^found nothing: .*expected number/);
  assert.is(missing?.line, lineOf('  maxOrderNotional'), 'where its section begins');
});

test('a key that another one has replaced is refused with the one to write instead', () => {
  const faults = faultsOf(changed('riskReport: {}', 'riskReport: { closingCost: 0.002 }'));
  assert.equal(
    faults.map(({ path, message }) => [path, message]),
    [
      [
        'riskReport.closingCost',
        'found the unknown key closingCost: ' +
          'write portfolio.closingCostBps, in basis points: 10 for 0.001',
      ],
    ],
  );
});

test('a section that is missing or strange is named', () => {
  const missing = faultsOf(paper.replace(/^log:\n {2}level: info\n/m, ''));
  assert.equal(
    missing.map(({ path, line }) => [path, line]),
    [['log', lineOf('control:')]],
  );
  const strange = faultsOf(`${paper}\nplugins: []\n`);
  assert.equal(
    strange.map(({ path, message }) => [path, message]),
    [['plugins', 'found the unknown key plugins']],
  );
});

const whole: [what: string, text: string, said: RegExp][] = [
  ['an empty file', '', /^found null: .*expected object/],
  ['only comments', '# nothing\n', /^found null: /],
  ['a list', '- a\n', /^found \["a"\]: .*expected object/],
  ['a word', 'live\n', /^found "live": .*expected object/],
];
for (const [what, text, said] of whole) {
  test(`${what} is no configuration`, () => {
    const faults = faultsOf(text);
    assert.equal(
      faults.map(({ code, path, line }) => [code, path, line]),
      [['E-CONFIG-VALUE', '', 1]],
    );
    assert.match(faults[0]?.message as string, said);
  });
}

const syntax: [what: string, text: string, line: number, said: RegExp][] = [
  ['a tab', 'risk:\n\tx: 1\n', 2, /[Tt]ab/],
  ['a bracket that stays open', 'a: [1, 2\nb: 3\n', 2, /flow|]/],
  ['a quote that stays open', 'a: "x\n', 2, /quote/],
  ['one key twice', 'log:\n  level: info\n  level: warn\n', 3, /unique/],
  ['two documents', 'a: 1\n---\nb: 2\n', 2, /multiple documents/],
  ['a nested mapping in one line', 'a: b: c\n', 1, /[Nn]ested/],
  ['an alias of nothing', 'a: &x 1\nb: *x\nc: *y\n', 3, /[Uu]nresolved alias/],
];
for (const [what, text, line, said] of syntax) {
  test(`${what} is a fault of the syntax in its line`, () => {
    const [fault] = faultsOf(text);
    assert.equal([fault?.code, fault?.line], ['E-CONFIG-SYNTAX', line]);
    assert.match(fault?.message as string, said);
    assert.is(fault?.message.includes('\n'), false);
  });
}

test('aliases that would grow without bound are refused', () => {
  const levels = Array.from({ length: 12 }, (_, at) =>
    at === 0 ? 'a0: &a0 [x, x]' : `a${at}: &a${at} [${`*a${at - 1}, `.repeat(9)}x]`,
  );
  const [fault] = faultsOf(levels.join('\n'));
  assert.is(fault?.code, 'E-CONFIG-SYNTAX');
  assert.match(fault?.message as string, /alias/);
});

test('an alias may be used for what is said twice', () => {
  const text = changed('priceBandBps: 100', 'priceBandBps: &two 2').replace(
    'ordersPerSecond: 2',
    'ordersPerSecond: *two',
  );
  assert.equal(faultsOf(text), []);
});

test('keys that JavaScript knows are unknown like any other', () => {
  for (const key of ['__proto__', 'constructor', 'toString']) {
    const faults = faultsOf(changed('log:\n', `log:\n  ${key}: 1\n`));
    assert.is(faults.length, 1, key);
    assert.match(faults[0]?.message as string, `unknown key ${key}`);
  }
});

const second = (label: string, symbol: string) =>
  changed(
    'journal:\n',
    `${paper
      .slice(paper.indexOf('  - label: mm'), paper.indexOf('journal:'))
      .replace('label: mm', `label: ${label}`)
      .replace('symbol: BTCUSDT', `symbol: ${symbol}`)}journal:\n`,
  ).replace('symbols: [BTCUSDT]', 'symbols: [BTCUSDT, ETHUSDT]');

const crossed: [what: string, text: string, path: string, said: RegExp][] = [
  [
    'a strategy of a venue that is not there',
    changed('venue: binance', 'venue: kraken'),
    'strategies.0.venue',
    /^found "kraken": wanted one of the venues: binance$/,
  ],
  [
    'a strategy on a market that nobody follows',
    changed('symbol: BTCUSDT', 'symbol: ETHUSDT'),
    'strategies.0.symbol',
    /^found "ETHUSDT": wanted one of the symbols of binance: BTCUSDT$/,
  ],
  [
    'a limit of a market that nobody follows',
    changed('  loosenedBy: anyone', '  symbols: { "binance:BTCUSD": { maxOrderNotional: 1 } }'),
    'risk.symbols.binance:BTCUSD',
    /wanted one of: binance:BTCUSDT$/,
  ],
  [
    'a limit of a venue that is not there',
    changed('  loosenedBy: anyone', '  venues: { kraken: { maxGrossNotional: 1 } }'),
    'risk.venues.kraken',
    /wanted one of: binance$/,
  ],
  [
    'two strategies of one name',
    second('mm', 'ETHUSDT'),
    'strategies.1.label',
    /^found "mm": wanted a label that is used once$/,
  ],
  [
    'two strategies on one market',
    second('mm2', 'BTCUSDT'),
    'strategies.1.symbol',
    /^found "BTCUSDT": wanted a market that no other strategy trades$/,
  ],
  [
    'one market twice',
    changed('symbols: [BTCUSDT]', 'symbols: [BTCUSDT, BTCUSDT]'),
    'venues.0.symbols.1',
    /^found "BTCUSDT": wanted each symbol once$/,
  ],
];
for (const [what, text, path, said] of crossed) {
  test(`${what} is a fault with its place`, () => {
    const faults = faultsOf(text);
    assert.equal(
      faults.map((fault) => fault.path),
      [path],
    );
    assert.match(faults[0]?.message as string, said);
    assert.ok((faults[0]?.line as number) > 1);
  });
}

test('quotes are icebergs only where the venue keeps some', () => {
  const icebergs = changed('requoteBps: ', 'shownShare: 0.5\n      requoteBps: ');
  assert.equal(faultsOf(icebergs), []);
  const [fault] = faultsOf(icebergs.replace('endpoint: ', 'kind: coinbase\n    endpoint: '));
  assert.is(fault?.path, 'strategies.0.settings.shownShare');
  assert.match(fault?.message ?? '', /wanted 1: coinbase keeps no icebergs/);
});

test('a stop is kept only for a position on margin, and its label is no strategy', () => {
  const market = '{ venue: binance, symbol: BTCUSDT, stopBps: 100 }';
  const kept = `${paper}\nprotection: { markets: [${market}] }\n`;
  const [fault] = faultsOf(kept);
  assert.is(fault?.path, 'protection.markets.0.venue');
  assert.match(fault?.message ?? '', /wanted a venue with positions on margin: binance is spot/);
  const onMargin = kept.replace('endpoint: ', 'kind: binance-usdm\n    endpoint: ');
  assert.equal(faultsOf(onMargin), []);
  const named = onMargin.replace('label: mm', 'label: protect');
  assert.equal(
    faultsOf(named).map(({ path }) => path),
    ['strategies.0.label'],
  );
  assert.equal(faultsOf(paper.replace('label: mm', 'label: protect')), []);
});

test('two strategies with names and markets of their own are right', () => {
  assert.equal(faultsOf(second('mm2', 'ETHUSDT')), []);
});

test('what was found is quoted in part when it is long', () => {
  const [fault] = faultsOf(`- ${'a'.repeat(10_000)}\n`);
  assert.match(fault?.message as string, /^found \["a{78}…: /);
});

test('a file that is not there is a fault of reading without a line', () => {
  const loaded = loadConfig('/nowhere/desk.yaml');
  assert.ok(!loaded.ok);
  const [fault] = loaded.error as [ConfigFault];
  assert.equal([fault.code, fault.line], ['E-CONFIG-READ', 0]);
  assert.match(describeFault(fault), /^\/nowhere\/desk\.yaml ENOENT: .* \(E-CONFIG-READ\)$/);
});

test('a folder, bytes that are no text and a file that is too large are not read', () => {
  inTempFolder((folder) => {
    const binary = join(folder, 'binary.yaml');
    const large = join(folder, 'large.yaml');
    writeFileSync(binary, Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]));
    writeFileSync(large, `#${' '.repeat(1024 * 1024)}`);
    for (const [file, said] of [
      [folder, /EISDIR/],
      [binary, /encoded data/],
      [large, /^found 1048577 bytes, wanted at most 1048576$/],
    ] as const) {
      const loaded = loadConfig(file);
      assert.ok(!loaded.ok && loaded.error[0]?.code === 'E-CONFIG-READ');
      assert.match(loaded.error[0].message, said);
    }
  });
});

test.run();
