import {
  compileInstrument,
  type Instrument,
  type InstrumentRules,
} from '../../../src/core/instrument.ts';

/** BTCUSDT as Binance spot had it in 2024, unless said otherwise. */
export function anInstrument(rules: Partial<InstrumentRules> = {}): Instrument {
  const compiled = compileInstrument({
    index: 0,
    venue: 'binance',
    symbol: 'BTCUSDT',
    base: 'BTC',
    quote: 'USDT',
    tick: '0.01',
    lot: '0.00001',
    notionalMin: '5',
    ...rules,
  });
  if (!compiled.ok) throw new Error(`the fixture is wrong: ${JSON.stringify(compiled.error)}`);
  return compiled.value;
}
