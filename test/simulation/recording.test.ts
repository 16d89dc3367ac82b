import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  deriveRules,
  RecordingFault,
  readRecording,
  surveyRecording,
} from '../../src/simulation/recording.ts';
import { withFiles } from '../support/replay/files.ts';
import { SCRIPT_START, Script, SKEW_MS } from '../support/replay/script.ts';

const script = (): Script =>
  new Script()
    .diff(0, [1, 5], [['99.90', '1.50']], [])
    .snapshot(40, 4, [['99.90', '2']], [['100.1', '0.125']])
    .ticker(50, 6, ['99.90', '1.50'], ['100.10', '0.125'])
    .print(60, 'buy', ['100.10', '0.0100']);

async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (thrown) {
    assert.instance(thrown, RecordingFault);
    return (thrown as RecordingFault).message;
  }
  throw new Error('nothing was thrown');
}

async function linesOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { line, localNs, frame } of readRecording(path)) {
    lines.push(`${line}: ${localNs} ${new TextDecoder().decode(frame)}`);
  }
  return lines;
}

test('frames come in order with their lines, gzipped or not, a blank or last line or none', () =>
  withFiles(
    {
      'a.txt': '1000000000 {"a":1}\n\n1000000001 {"b":2}',
      'a.gz': gzipSync('1000000000 {"a":1}\n\n1000000001 {"b":2}\n'),
    },
    async (pathOf) => {
      const wanted = ['1: 1000000000 {"a":1}', '3: 1000000001 {"b":2}'];
      assert.equal(await linesOf(pathOf('a.txt')), wanted);
      assert.equal(await linesOf(pathOf('a.gz')), wanted);
    },
  ));

test('a line longer than a chunk of the file comes in one piece', () =>
  withFiles({ 'a.txt': `1000000000 "${'x'.repeat(300_000)}"\n` }, async (pathOf) => {
    const [line] = await linesOf(pathOf('a.txt'));
    assert.is(line?.length, 300_000 + '1: 1000000000 ""'.length);
  }));

test('what cannot be read is named with its file and line', () =>
  withFiles(
    {
      'bad.txt': '1000000000 {}\n\nnot a frame\n',
      'long.txt': `1000000000 ${'x'.repeat(17 * 1024 * 1024)}`,
      'cut.gz': gzipSync(script().text).subarray(0, 60),
      'text.gz': 'no gzip',
    },
    async (pathOf) => {
      const found = (name: string) => faultOf(linesOf(pathOf(name)));
      assert.match(await found('bad.txt'), /bad\.txt:3: wanted `<local ns> <json>`$/);
      assert.match(await found('long.txt'), /long\.txt:0: a line of more than 16777216 bytes$/);
      assert.match(await found('cut.gz'), /unexpected end of file/);
      assert.match(await found('text.gz'), /incorrect header check/);
      assert.match(await found('absent.gz'), /ENOENT/);
    },
  ));

test('who stops early never comes to what is wrong at the end', () =>
  withFiles({ 'a.txt': `${'1000000000 {}\n'.repeat(100_000)}broken` }, async (pathOf) => {
    let read = 0;
    for await (const { line } of readRecording(pathOf('a.txt'))) {
      read = line;
      if (line === 3) break;
    }
    assert.is(read, 3);
  }));

test('a survey sees symbol, streams, grid, and the offset of the collector’s clock', () =>
  withFiles({ 'a.txt': script().text }, async (pathOf) => {
    const path = pathOf('a.txt');
    const { firstMs, lastMs, offsetMs, ...survey } = await surveyRecording(path);
    assert.equal(survey, {
      path,
      symbol: 'BTCUSDT',
      symbols: ['BTCUSDT'],
      tick: '0.1',
      lot: '0.001',
      isFutures: false,
      streams: ['btcusdt@depth@100ms', 'btcusdt@bookTicker', 'btcusdt@trade'],
      frames: 4,
      namelessLine: 0,
      offsetSamples: 2,
    });
    assert.ok(Math.abs(firstMs - (SCRIPT_START - SKEW_MS)) < 0.01);
    assert.ok(Math.abs(lastMs - (SCRIPT_START - SKEW_MS + 60)) < 0.01);
    assert.ok(Math.abs(offsetMs - SKEW_MS) < 0.01);
    const rules = { symbol: 'BTCUSDT', tick: '0.1', lot: '0.001', isFutures: false };
    assert.equal(await deriveRules(path), rules);
  }));

test('the offset is the median, whatever a few slow frames do', () =>
  withFiles(
    {
      'a.txt': [100, 103, 101, 900, 102]
        .map((late) => `${1_000_000_000_000 + late}000000 {"s":"X","E":1000000000000}`)
        .join('\n'),
    },
    async (pathOf) => {
      const { offsetMs, offsetSamples } = await surveyRecording(pathOf('a.txt'));
      assert.is(offsetMs, -102);
      assert.is(offsetSamples, 5);
    },
  ));

test('a survey sees futures, whole steps, and events without their stream', () =>
  withFiles(
    { 'a.txt': '1000000000 {"lastUpdateId":1}\n1000000000 {"s":"X","pu":7,"b":[["5","1"]]}\n' },
    async (pathOf) => {
      const survey = await surveyRecording(pathOf('a.txt'));
      assert.is(survey.isFutures, true);
      assert.is(survey.tick, '1');
      assert.is(survey.namelessLine, 2);
      assert.is(survey.offsetSamples, 0);
      assert.is(survey.offsetMs, 0);
    },
  ));

test('a survey names the line that is no frame, and a file that names no symbol', () =>
  withFiles(
    {
      'cut.txt': '1000000000 {"s":"X"}\n1000000000 {"s":\n',
      'list.txt': '1000000000 [1]\n',
      'null.txt': '1000000000 null\n',
      'none.txt': '1000000000 {"lastUpdateId":1}\n',
      'empty.txt': '',
    },
    async (pathOf) => {
      const found = (name: string) => faultOf(surveyRecording(pathOf(name)));
      assert.match(await found('cut.txt'), /cut\.txt:2: .*JSON/);
      assert.match(await found('list.txt'), /list\.txt:1: found no object, wanted a frame/);
      assert.match(await found('null.txt'), /null\.txt:1: found no object/);
      assert.match(await found('none.txt'), /none\.txt: no frame names a symbol/);
      assert.match(await found('empty.txt'), /empty\.txt: no frame names a symbol/);
    },
  ));

test.run();
