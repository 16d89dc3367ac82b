import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FaultPlan } from '../../../src/simulation/binance/faults.ts';
import { Line } from '../../../src/simulation/binance/streams/line.ts';
import { STREAMS_MAX } from '../../../src/simulation/binance/streams/public-streams.ts';
import { RecordedStreams } from '../../../src/simulation/replay/recorded-streams.ts';

const NAMES = ['btcusdt@depth@100ms', 'btcusdt@trade'];

function aListener(isCombined: boolean) {
  const heard: string[] = [];
  const peer = {
    address: '',
    send: (text: string) => heard.push(text),
    ping: () => {},
    close: () => {},
    drop: () => {},
  };
  return { heard, line: new Line(peer, isCombined) };
}

function theStreams(names: readonly string[] = NAMES) {
  const faults = new FaultPlan();
  const streams = new RecordedStreams(names, 'BTCUSDT', faults);
  const publish = (text: string) => streams.publish(new TextEncoder().encode(text));
  return { faults, streams, publish };
}

/** Odd but valid JSON, so that nobody can write it again by chance. */
const ODD = '{"stream":"btcusdt@trade", "data": {"e":"trade" ,"p":"1.50000000"} }';

test('frames go out as they were recorded, whole or bare', () => {
  const { streams, publish } = theStreams();
  const [combined, bare] = [aListener(true), aListener(false)];
  assert.ok(streams.add(combined.line, 'btcusdt@trade'));
  assert.ok(streams.add(bare.line, 'btcusdt@trade'));
  publish(ODD);
  assert.equal(combined.heard, [ODD]);
  assert.equal(bare.heard, ['{"e":"trade" ,"p":"1.50000000"}']);
});

test('the wrapper may have its members in any order, and others beside them', () => {
  const { streams, publish } = theStreams();
  const { heard, line } = aListener(false);
  streams.add(line, 'btcusdt@trade');
  publish('{"x":[1,{"y":"}"}],"data":{"a":{}},"stream":"btcusdt@trade","z":null}');
  assert.equal(heard, ['{"a":{}}']);
});

test('only who asked for a stream hears it, until it has had enough', () => {
  const { streams, publish } = theStreams();
  const { heard, line } = aListener(true);
  streams.add(line, 'btcusdt@depth@100ms');
  publish(ODD);
  assert.equal(heard, []);
  streams.add(line, 'btcusdt@trade');
  assert.equal(streams.namesOf(line), ['btcusdt@depth@100ms', 'btcusdt@trade']);
  streams.remove(line, 'btcusdt@trade');
  publish(ODD);
  assert.equal(heard, []);
  assert.equal(streams.namesOf(line), ['btcusdt@depth@100ms']);
});

test('a stream that the recording does not have does not exist', () => {
  const { streams } = theStreams();
  const { line } = aListener(true);
  assert.is(streams.add(line, 'btcusdt@kline_1m'), false);
  assert.is(streams.add(line, 'ethusdt@trade'), false);
  assert.equal(streams.namesOf(line), []);
});

test('a connection may have too many streams, but never the same one twice', () => {
  const names = Array.from({ length: STREAMS_MAX + 1 }, (_, at) => `s@${at}`);
  const { streams } = theStreams(names);
  const { line } = aListener(true);
  for (const name of names.slice(0, -1)) assert.ok(streams.add(line, name));
  assert.ok(streams.add(line, 's@0'));
  assert.is(streams.add(line, names.at(-1) as string), false);
});

test('snapshots and what is no frame are of no stream', () => {
  const { streams, publish } = theStreams();
  const { heard, line } = aListener(true);
  streams.add(line, 'btcusdt@trade');
  for (const text of [
    '{"lastUpdateId":1,"bids":[],"asks":[]}',
    '{"stream":"btcusdt@trade"}',
    '{"stream":7,"data":{}}',
    '{}',
    '[]',
    '{"data":}',
    '{7}',
  ]) {
    publish(text);
  }
  assert.equal(heard, []);
});

test('depth frames can be ordered to go wrong, others cannot', () => {
  const { faults, streams, publish } = theStreams();
  const { heard, line } = aListener(false);
  for (const name of NAMES) streams.add(line, name);
  const depth = (n: number) => publish(`{"stream":"btcusdt@depth@100ms","data":{"n":${n}}}`);
  faults.planFrames('BTCUSDT', 'duplicate', 1);
  publish(ODD);
  depth(1);
  faults.planFrames('BTCUSDT', 'skip', 1);
  depth(2);
  faults.planFrames('BTCUSDT', 'reorder', 1);
  depth(3);
  depth(4);
  assert.equal(heard.slice(1), ['{"n":1}', '{"n":1}', '{"n":4}', '{"n":3}']);
});

test.run();
