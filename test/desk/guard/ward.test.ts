import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configSchema } from '../../../src/config/schema.ts';
import { type Guarded, wardOf } from '../../../src/desk/guard/open-guard.ts';
import { threeVenues } from '../../support/desk/two-venues.ts';

test('C30: the guard is told the truth about dead-man switches, of every kind of venue', () => {
  const three = threeVenues();
  const [binance] = three.venues;
  const usdm = { ...binance, name: 'usdm', kind: 'binance-usdm' };
  const config = configSchema.parse({ ...three, venues: [...three.venues, usdm] });
  const account = { apiKey: '', secret: '' };
  const access = { restUrl: 'http://127.0.0.1:1', streamUrl: '', sessionUrl: '', account };
  const desk = {
    accesses: new Map(config.venues.map(({ name }) => [name, access])),
    boot: 1,
    hardware: { guardContacts: { driver: 'panel', file: '/data/run/panel' } },
  } as unknown as Guarded;
  const { venues } = wardOf(config, desk, { folder: '/data', pid: 1 });
  assert.equal(
    venues.map(({ kind, hasDeadMan }) => [kind, hasDeadMan]),
    [
      ['binance', false],
      ['kraken', true],
      ['coinbase', false],
      ['binance-usdm', true],
    ],
  );
});

test.run();
