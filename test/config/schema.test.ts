import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configJsonSchema } from '../../src/config/schema.ts';
import { simulationSection } from '../../src/simulation/settings.ts';
import { journalSection } from '../../src/storage/settings.ts';

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
  readonly maximum?: number;
}

const schema = configJsonSchema() as JsonSchema;

/** Every object of a schema with its path. */
function objectsOf(at: JsonSchema, path: string): [path: string, object: JsonSchema][] {
  const below = Object.entries(at.properties ?? {}).flatMap(([key, each]) =>
    objectsOf(each, path === '' ? key : `${path}.${key}`),
  );
  const items = at.items === undefined ? [] : objectsOf(at.items, `${path}.*`);
  return [
    ...(at.properties === undefined ? [] : [[path, at] as [string, JsonSchema]]),
    ...below,
    ...items,
  ];
}

test('the schema for editors has every section', () => {
  assert.equal(schema.required, [
    'control',
    'risk',
    'venues',
    'strategies',
    'journal',
    'simulation',
    'log',
  ]);
});

test('no object takes a key that it does not know', () => {
  for (const [path, object] of objectsOf(schema, '')) {
    assert.is(object.additionalProperties, false, path);
  }
});

test('every key says what it is', () => {
  const silent = objectsOf(schema, '').flatMap(([path, { properties = {} }]) =>
    Object.entries(properties)
      .filter(([, each]) => each.description === undefined && each.items === undefined)
      .map(([key]) => `${path}.${key}`),
  );
  assert.equal(silent, ['strategies.*.settings.kind']);
});

test('the journal has sizes of its own when none are named', () => {
  const { segmentMiB, keepSegments, budgetMiB } = journalSection.parse({});
  assert.equal([segmentMiB, keepSegments], [16, 4]);
  assert.ok(budgetMiB >= 64);
});

const journals: [section: object, isRight: boolean][] = [
  [{ segmentMiB: 1, keepSegments: 1, budgetMiB: 64 }, true],
  [{ segmentMiB: 64, keepSegments: 1024, budgetMiB: 1_048_576 }, true],
  [{ segmentMiB: 0 }, false],
  [{ segmentMiB: 65 }, false],
  [{ segmentMiB: 1.5 }, false],
  [{ keepSegments: 0 }, false],
  [{ keepSegments: 1025 }, false],
  [{ budgetMiB: 63 }, false],
  [{ budgetMiB: '64' }, false],
  [{ segments: 4 }, false],
];
for (const [section, isRight] of journals) {
  test(`the journal section ${JSON.stringify(section)} is ${isRight ? 'right' : 'wrong'}`, () => {
    assert.is(journalSection.safeParse(section).success, isRight);
  });
}

const exchange = {
  makerFeeBps: 1,
  takerFeeBps: 4,
  balances: { USDT: '100000' },
  latencyMs: 5,
  latencyJitterMs: 2,
  queueModel: 'risk-averse',
};
const exchanges: [section: object, isRight: boolean][] = [
  [{}, true],
  [{ makerFeeBps: 0, latencyMs: 0, latencyJitterMs: 0, balances: {} }, true],
  [{ balances: { BTC: '0.00000001' } }, true],
  [{ makerFeeBps: -1 }, false],
  [{ takerFeeBps: 101 }, false],
  [{ latencyMs: 10_001 }, false],
  [{ latencyJitterMs: -1 }, false],
  [{ queueModel: 'power 2.5' }, true],
  [{ queueModel: 'fifo' }, false],
  [{ limits: { weightPerMinute: 1, ordersPerTenSeconds: 20_000, ordersPerDay: 1e8 } }, true],
  [{ limits: { weightPerMinute: 0, ordersPerTenSeconds: 20_000, ordersPerDay: 1e8 } }, false],
  [{ limits: { weightPerMinute: 1 } }, false],
  [{ balances: { btc: '1' } }, false],
  [{ balances: { BTC: '-1' } }, false],
  [{ balances: { BTC: '1e3' } }, false],
  [{ balances: { BTC: '0.000000001' } }, false],
  [{ seed: 1 }, false],
];
for (const [parts, isRight] of exchanges) {
  test(`the exchange with ${JSON.stringify(parts)} is ${isRight ? 'right' : 'wrong'}`, () => {
    assert.is(simulationSection.safeParse({ ...exchange, ...parts }).success, isRight);
  });
}

test.run();
